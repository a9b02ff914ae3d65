import assert from 'node:assert/strict';
import fc from 'fast-check';

import type { CloudFile } from '../../../src/engine/scan/cloudListing';
import { judge, type Case, type ContentQuestion } from '../../../src/engine/compare/judge';
import type { LocalFile } from '../../../src/engine/disk/localFile';
import type { Reading, Receipt } from '../../../src/engine/records/receipts';
import type { CompareRule } from '../../../src/engine/config/settings';
import type { FilePath } from '../../../src/protocol/folders';
import type { Verdict } from '../../../src/protocol/verdicts';
import { assertProperty } from '../../support/suite/assertProperty';
import { aCloudFile, aLocalFile } from '../../support/engine/aFile';

const path = 'a.txt' as FilePath;
const storedAt = 1_700_000_000_000;

function localFile(size: number, modifiedAt: number): LocalFile {
  const nanoseconds = BigInt(modifiedAt) * 1_000_000n;
  return aLocalFile({ path, size, mtimeNs: nanoseconds, ctimeNs: nanoseconds });
}

function cloudFile(size: number, modifiedAt: number = storedAt): CloudFile {
  return aCloudFile({ path, size, modifiedAtMs: modifiedAt });
}

/** The rows of the table that need no receipt. */
function withoutReceipt(local: LocalFile, cloud: CloudFile | undefined, clockOffsetMs: number) {
  return judge(
    { local, cloud, receipt: undefined, reading: undefined },
    { rule: 'smart', clockOffsetMs },
  );
}

const byNameAndTime: Verdict = { kind: 'up-to-date', proof: 'name-and-time' };
const outOfDate: Verdict = { kind: 'out-of-date', because: 'size' };
const newerThere: Verdict = { kind: 'changed-in-cloud', because: 'newer-there' };
const askContent: ContentQuestion = {
  kind: 'ask-content',
  equal: { kind: 'up-to-date', proof: 'content' },
  different: { kind: 'out-of-date', because: 'content' },
  differentThere: { kind: 'out-of-date', because: 'content' },
  unknown: { kind: 'out-of-date', because: 'not-comparable' },
};

interface Row {
  readonly when: string;
  /** Local modification minus the cloud's, in milliseconds, as this machine's clock has it. */
  readonly after: number;
  readonly clockOffsetMs?: number;
  readonly sameSize: Verdict | ContentQuestion;
  readonly otherSize: Verdict;
}

const older = { sameSize: byNameAndTime, otherSize: newerThere };
const tieOrNewer = { sameSize: askContent, otherSize: outOfDate };

const table: readonly Row[] = [
  { when: 'was last changed long before it was stored', after: -86_400_000, ...older },
  { when: 'is 2 s older', after: -2_000, ...older },
  { when: 'is 1.001 s older, which is 2 whole seconds', after: -1_001, ...older },
  { when: 'is 1 s older: a tie', after: -1_000, ...tieOrNewer },
  { when: 'is 1 ms older: a tie', after: -1, ...tieOrNewer },
  { when: 'is as old', after: 0, ...tieOrNewer },
  { when: 'is 1.999 s newer: a tie', after: 1_999, ...tieOrNewer },
  { when: 'is 2 s newer', after: 2_000, ...tieOrNewer },
  { when: 'is from the far future', after: 1_700_000_000_000, ...tieOrNewer },
  { when: 'is from before 1970', after: -storedAt - 86_400_000, ...older },
  // The store's clock is ahead: what looks older by this clock was changed after it was stored.
  { when: 'is newer by the store’s clock', after: -1_500, clockOffsetMs: 2_000, ...tieOrNewer },
  {
    when: 'is 3.5 s older, 2 s by the store’s clock',
    after: -3_500,
    clockOffsetMs: 1_500,
    ...older,
  },
  {
    when: 'is 2.5 s older, 1 s by the store’s clock',
    after: -2_500,
    clockOffsetMs: 1_500,
    ...tieOrNewer,
  },
  {
    when: 'is 1 s older, 2.5 s by the store’s clock',
    after: -1_000,
    clockOffsetMs: -1_500,
    ...older,
  },
  {
    when: 'is 1 s newer, 1 s older by the store’s clock',
    after: 1_000,
    clockOffsetMs: -2_000,
    ...tieOrNewer,
  },
  {
    when: 'is much older by clocks 2.001 s apart',
    after: -86_400_000,
    clockOffsetMs: 2_001,
    ...tieOrNewer,
  },
  {
    when: 'is much older by clocks -2.001 s apart',
    after: -86_400_000,
    clockOffsetMs: -2_001,
    ...tieOrNewer,
  },
  {
    when: 'is much older by clocks an hour apart',
    after: -86_400_000,
    clockOffsetMs: 3_600_000,
    ...tieOrNewer,
  },
  { when: 'is much older by clocks 2 s apart', after: -86_400_000, clockOffsetMs: 2_000, ...older },
];

describe('judge', () => {
  it('finds a file without a copy missing in the cloud, however the clocks are', () => {
    for (const offset of [0, 5_000, -5_000]) {
      assert.deepEqual(withoutReceipt(localFile(1, storedAt), undefined, offset), {
        kind: 'missing-in-cloud',
      });
    }
  });

  for (const { when, after, clockOffsetMs = 0, sameSize, otherSize } of table) {
    it(`gives its verdict where the local file ${when}`, () => {
      const local = localFile(10, storedAt + after);
      assert.deepEqual(withoutReceipt(local, cloudFile(10), clockOffsetMs), sameSize);
      assert.deepEqual(withoutReceipt(local, cloudFile(11), clockOffsetMs), otherSize);
      assert.deepEqual(withoutReceipt(local, cloudFile(0), clockOffsetMs), otherSize);
    });
  }

  it('treats empty files like all others', () => {
    assert.deepEqual(
      withoutReceipt(localFile(0, storedAt - 5_000), cloudFile(0), 0),
      byNameAndTime,
    );
    assert.deepEqual(withoutReceipt(localFile(0, storedAt + 5_000), cloudFile(0), 0), askContent);
  });

  it('takes the cloud’s milliseconds, where a store gives them, for whole seconds', () => {
    const cloud = cloudFile(1, storedAt + 999);
    assert.deepEqual(withoutReceipt(localFile(1, storedAt - 1_000), cloud, 0), askContent);
    assert.deepEqual(withoutReceipt(localFile(1, storedAt - 1_001), cloud, 0), byNameAndTime);
  });

  it('never says up to date of other sizes, nor of a file that may be newer', () => {
    const times = fc.integer({ min: -10_000, max: 10_000 });
    const sizes = fc.nat(3);
    assertProperty(
      fc.property(times, times, sizes, sizes, (after, clockOffsetMs, localSize, cloudSize) => {
        const verdict = withoutReceipt(
          localFile(localSize, storedAt + after),
          cloudFile(cloudSize),
          clockOffsetMs,
        );
        if (verdict.kind !== 'up-to-date') return;
        assert.equal(verdict.proof, 'name-and-time');
        assert.equal(localSize, cloudSize);
        assert.ok(after + clockOffsetMs < 0 && Math.abs(clockOffsetMs) <= 2_000);
      }),
      { numRuns: 1000 },
    );
  });
});

/** The rows of the table that a receipt has a say in. */
describe('judge by a receipt', () => {
  const provedAt = storedAt + 60_000;
  const inSync = localFile(10, storedAt - 86_400_000);
  const receipt: Receipt = {
    local: inSync,
    sha256: 'a hash',
    etag: 'e',
    crc32: undefined,
    versionId: undefined,
    hashBegan: provedAt,
    provedAt,
  };
  /** Each of them alone makes the file another one. */
  const changes: Readonly<Record<string, Partial<LocalFile>>> = {
    'its size': { size: 11 },
    'its modification time': { mtimeNs: inSync.mtimeNs + 1n },
    'its change time': { ctimeNs: inSync.ctimeNs + 1n },
    'its inode': { inode: 2n },
  };
  const content = (different: Verdict, equal: 'receipt' | 'content'): ContentQuestion => ({
    kind: 'ask-content',
    equal: { kind: 'up-to-date', proof: equal },
    different,
    differentThere: different,
    unknown: different,
  });
  const onlyThere: Verdict = { kind: 'changed-in-cloud', because: 'only-there' };
  const both: Verdict = { kind: 'changed-in-cloud', because: 'both' };
  const edited: Verdict = { kind: 'out-of-date', because: 'content' };

  function judged(known: Partial<Case>, rule: CompareRule | 'verify' = 'smart') {
    const all = { local: inSync, cloud: cloudFile(10), receipt, reading: undefined, ...known };
    return judge(all, { rule, clockOffsetMs: 0 });
  }

  it('says since when a copy is gone', () => {
    assert.deepEqual(judged({ cloud: undefined }), { kind: 'missing-in-cloud', safeAt: provedAt });
  });

  it('does not take what is only in the cloud for anything else', () => {
    assert.deepEqual(judged({ local: undefined }), { kind: 'only-in-cloud' });
  });

  it('calls lost what is gone from both sides, and nothing that was never safe', () => {
    const gone = { local: undefined, cloud: undefined };
    assert.deepEqual(judged(gone), { kind: 'lost', safeAt: provedAt });
    assert.equal(judged({ ...gone, receipt: undefined }), undefined);
  });

  it('proves what has not changed on either side, by every rule', () => {
    for (const rule of ['smart', 'time', 'content'] as const) {
      assert.deepEqual(judged({}, rule), { kind: 'up-to-date', proof: 'receipt' });
    }
  });

  for (const [what, change] of Object.entries(changes)) {
    it(`asks for the content where ${what} has changed, whatever the times say`, () => {
      const local = { ...inSync, ...change };
      const question = judged({ local });
      assert.deepEqual(question, {
        ...content(edited, 'receipt'),
        unknown: { kind: 'out-of-date', because: 'not-comparable' },
      });
    });
  }

  it('asks for the content where the receipt is racy', () => {
    const racy = { ...receipt, hashBegan: storedAt - 86_400_000 + 1_999 };
    assert.equal(judged({ receipt: racy })?.kind, 'ask-content');
    const settled = { ...receipt, hashBegan: storedAt - 86_400_000 + 2_000 };
    assert.equal(judged({ receipt: settled })?.kind, 'up-to-date');
  });

  it('does not take a time in the future for a change in the moment of the reading', () => {
    const hour = 3_600_000;
    const at = (ms: number) => BigInt(provedAt + ms) * 1_000_000n;
    for (const [mtimeNs, ctimeNs, expected] of [
      [at(24 * hour), inSync.ctimeNs, 'up-to-date'],
      [at(50 * 365 * 24 * hour), inSync.ctimeNs, 'up-to-date'],
      [10_000_000_000_000_000_000n, inSync.ctimeNs, 'up-to-date'],
      // Written while the computer's clock was wrong.
      [at(24 * hour), at(24 * hour), 'up-to-date'],
      // The clock of a server may be ahead, and the next write within the same tick.
      [at(60_000), at(60_000), 'ask-content'],
      [at(24 * hour), at(0), 'ask-content'],
    ] as const) {
      const local = { ...inSync, mtimeNs, ctimeNs };
      for (const rule of ['smart', 'content'] as const) {
        assert.equal(judged({ local, receipt: { ...receipt, local } }, rule)?.kind, expected);
      }
    }
  });

  it('calls no file newer by its time alone that is as it was when it was read', () => {
    const local = { ...inSync, mtimeNs: BigInt(storedAt + 3_000) * 1_000_000n };
    const racy = { ...receipt, local, hashBegan: storedAt };
    const expected = { kind: 'up-to-date', proof: 'name-and-time' };
    assert.deepEqual(judged({ local, receipt: racy }, 'time'), expected);
    const refuted = { ...racy, hashBegan: 0 };
    assert.equal(judged({ local, receipt: refuted }, 'time')?.kind, 'out-of-date');
  });

  it('calls another copy changed in cloud, and both changed where the file is another too', () => {
    const cloud = { ...cloudFile(10), etag: 'another' };
    assert.deepEqual(judged({ cloud }), content(onlyThere, 'content'));
    const local = { ...inSync, size: 11 };
    assert.deepEqual(judged({ cloud, local }), {
      ...content(both, 'content'),
      // Other fields, and still the bytes of the receipt.
      differentThere: onlyThere,
    });
  });

  it('calls nothing changed in the cloud since then that was there before the file was proved', () => {
    const versioned = { ...receipt, versionId: 'v1' };
    const known = { receipt: versioned, cloud: { ...cloudFile(10), etag: 'another' } };
    const otherVersion: Verdict = { kind: 'changed-in-cloud', because: 'other-version' };
    assert.deepEqual(judged(known), content(otherVersion, 'content'));
    const local = { ...inSync, size: 11 };
    assert.deepEqual(judged({ ...known, local }), content(otherVersion, 'content'));
    const later = { ...cloudFile(10, provedAt + 1000), etag: 'another' };
    assert.deepEqual(judged({ ...known, cloud: later }), content(onlyThere, 'content'));
  });

  it('takes a copy for an earlier one whose second had ended by the store’s clock', () => {
    const kindOf = (storedMs: number, clockOffsetMs: number) => {
      const cloud = { ...cloudFile(10, provedAt + storedMs), etag: 'another' };
      const known = { local: inSync, cloud, receipt: { ...receipt, versionId: 'v1' } };
      const asked = judge({ ...known, reading: undefined }, { rule: 'smart', clockOffsetMs });
      return asked.kind === 'ask-content' ? asked.different : asked;
    };
    const otherVersion: Verdict = { kind: 'changed-in-cloud', because: 'other-version' };
    assert.deepEqual(kindOf(-1000, 0), otherVersion);
    assert.deepEqual(kindOf(-999, 0), onlyThere);
    assert.deepEqual(kindOf(4000, 5000), otherVersion);
    assert.deepEqual(kindOf(4001, 5000), onlyThere);
  });

  it('calls a copy of another size another one, though its ETag is the receipt’s', () => {
    for (const size of [9, 11, 0]) {
      const cloud = cloudFile(size);
      assert.deepEqual(judged({ cloud }), content(onlyThere, 'content'));
      assert.deepEqual(judged({ cloud }, 'time'), newerThere);
    }
  });

  it('doubts name and time where a reading has found these very two different', () => {
    const reading: Reading = { ...receipt, cloud: 'different' };
    const known = { receipt: undefined, reading };
    assert.equal(judged({ receipt: undefined }, 'smart')?.kind, 'up-to-date');
    const question = { ...content(newerThere, 'content'), unknown: byNameAndTime };
    assert.deepEqual(judged(known, 'smart'), question);
    assert.deepEqual(judged(known, 'time'), newerThere);
    for (const other of [
      { local: { ...inSync, inode: 2n } },
      { cloud: { ...cloudFile(10), etag: 'another' } },
      { reading: { ...reading, cloud: 'unknown' as const } },
    ]) {
      assert.deepEqual(judged({ ...known, ...other }, 'smart'), byNameAndTime);
    }
  });

  it('leaves the receipt out of account by name and time, where anything has changed', () => {
    const cloud = { ...cloudFile(10), etag: 'another' };
    assert.deepEqual(judged({ cloud }, 'time'), byNameAndTime);
    assert.deepEqual(judged({ local: { ...inSync, inode: 2n } }, 'time'), byNameAndTime);
    const local = { ...inSync, size: 11 };
    assert.deepEqual(judged({ local }, 'time'), newerThere);
  });

  it('knows by name and time, too, that a copy was kept beside a file which is a change to it', () => {
    const keptBeside = { ...receipt, freedAt: provedAt };
    const local = { ...inSync, inode: 2n };
    assert.deepEqual(judged({ local, receipt: keptBeside }, 'time'), edited);
    const cloud = { ...cloudFile(10), etag: 'another' };
    assert.deepEqual(judged({ local, cloud, receipt: keptBeside }, 'time'), byNameAndTime);
  });

  it('calls a file that may be newer out of date by its time, and reads nothing for it', () => {
    const local = localFile(10, storedAt + 3_000);
    const expected: Verdict = { kind: 'out-of-date', because: 'time' };
    assert.deepEqual(judged({ local, receipt: undefined }, 'time'), expected);
  });

  it('takes nothing for proved by name and time where contents are to be compared', () => {
    const question = { ...content(newerThere, 'content'), unknown: byNameAndTime };
    assert.deepEqual(judged({ receipt: undefined }, 'content'), question);
  });

  it('takes nothing for proved when it is to be verified', () => {
    assert.equal(judged({}, 'verify')?.kind, 'ask-content');
    assert.equal(judged({ receipt: undefined }, 'verify')?.kind, 'ask-content');
  });
});
