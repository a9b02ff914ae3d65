import assert from 'node:assert/strict';

import {
  joinSides,
  type JoinRules,
  type LocalLeaf,
  type SetAside,
  type Sides,
} from '../../../src/engine/compare/join';
import { TimeSlice } from '../../../src/engine/concurrency/timeSlice';
import { Failure } from '../../../src/engine/failures/failure';
import type { Receipt } from '../../../src/engine/records/receipts';
import { CloudFiles } from '../../../src/engine/scan/cloudFiles';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import type { FailureRecord } from '../../../src/protocol/failures';
import type { FilePath } from '../../../src/protocol/folders';
import { aCloudFile, aLocalFile } from '../../support/engine/aFile';
import { withOverrides } from '../../support/suite/withOverrides';

const provedAt = 1_700_000_000_000;
const denied: FailureRecord = { code: 'not-readable', subject: 'x', cause: undefined };
const brokenOff: FailureRecord = { code: 'unreachable', subject: 'bucket', cause: undefined };

interface World {
  readonly local?: readonly LocalLeaf[];
  /** Paths with a copy. */
  readonly cloud?: readonly string[];
  readonly setAside?: readonly SetAside[];
  /** Paths that were proved once. */
  readonly proved?: readonly string[];
}

function receiptOf(path: string): Receipt {
  return {
    local: aLocalFile({ path: path as FilePath }),
    sha256: 'a hash',
    etag: 'e',
    crc32: undefined,
    versionId: undefined,
    hashBegan: provedAt,
    provedAt,
  };
}

function sidesOf({ local = [], cloud = [], setAside = [], proved = [] }: World): Sides {
  const files = new CloudFiles();
  for (const path of cloud) files.put(aCloudFile({ path: path as FilePath }));
  return {
    local: new Map(local.map(leaf => [leaf.kind === 'file' ? leaf.file.path : leaf.path, leaf])),
    folders: new Set(),
    cloud: files,
    setAside,
    receipts: new Map(proved.map(path => [path as FilePath, receiptOf(path)])),
    readings: new Map(),
  };
}

function join(world: World, { slice, ...rules }: Partial<JoinRules> & { slice?: TimeSlice } = {}) {
  const exclude = new ExcludeRules(['*.log']);
  return joinSides(
    sidesOf(world),
    { prefix: 'p/', exclude, clockOffsetMs: 0, rule: 'smart', incomplete: undefined, ...rules },
    slice ?? new TimeSlice(new AbortController().signal),
  );
}

async function verdicts(world: World, rules: Partial<JoinRules> = {}) {
  const { findings } = await join(world, rules);
  return Object.fromEntries([...findings].map(({ path, verdict }) => [path, verdict]));
}

/** Something on the disk that is no file to compare. */
function leaf(path: string, what: 'link' | 'special-file' | 'folder' | 'unreadable'): LocalLeaf {
  const at = path as FilePath;
  const isFolder = what === 'folder';
  if (what === 'unreadable')
    return { kind: 'unreadable', path: at, isFolder: true, failure: denied };
  const because = isFolder ? ({ kind: 'inner-folder' } as const) : ({ kind: what } as const);
  return { kind: 'ignored', path: at, isFolder, because };
}

function file(path: string): LocalLeaf {
  return { kind: 'file', file: aLocalFile({ path: path as FilePath, mtimeNs: 0n }) };
}

const lost = { kind: 'lost', safeAt: provedAt };

describe('join of what was proved once', () => {
  it('calls lost what is on neither side, whatever is beside it', async () => {
    const world = { local: [file('b')], cloud: ['c'], proved: ['a', 'b', 'c', 'd/e/f'] };
    const found = await verdicts(world);
    assert.deepEqual(found['a'], lost);
    assert.deepEqual(found['d/e/f'], lost);
    assert.deepEqual(found['b'], { kind: 'missing-in-cloud', safeAt: provedAt });
    assert.deepEqual(found['c'], { kind: 'only-in-cloud' });
    assert.equal(Object.keys(found).length, 4);
  });

  it('calls nothing lost below what could not be read', async () => {
    for (const path of ['d/a', 'd/e/a']) {
      const found = await verdicts({ local: [leaf('d', 'unreadable')], proved: [path] });
      assert.deepEqual(found[path], { kind: 'unchecked', failure: denied });
    }
  });

  it('says nothing of what is below something that is ignored as a whole', async () => {
    for (const what of ['folder', 'link'] as const) {
      const found = await verdicts({ local: [leaf('d', what)], proved: ['d/a', 'd/e/a'] });
      assert.deepEqual(Object.keys(found), ['d']);
    }
  });

  it('calls lost what would lie below a file or a device, where nothing can be', async () => {
    for (const at of [file('d'), leaf('d', 'special-file')]) {
      assert.deepEqual((await verdicts({ local: [at], proved: ['d/a'] }))['d/a'], lost);
    }
  });

  it('calls nothing lost by a list that broke off', async () => {
    const found = await verdicts({ proved: ['a'] }, { incomplete: brokenOff });
    assert.deepEqual(found['a'], { kind: 'unchecked', failure: brokenOff });
  });
});

describe('join of an entry of the list that cannot be read', () => {
  const odd = (path: string): SetAside => ({
    kind: 'set-aside',
    key: `p/${path}`,
    size: 3,
    etag: 'odd',
    modifiedAtMs: provedAt,
    fault: 'not-decodable',
    path: path as FilePath,
  });
  const unchecked = {
    kind: 'unchecked',
    failure: { code: 'odd-entry', subject: 'a', cause: undefined },
  };

  it('calls a file unchecked that it may be of, here or once proved', async () => {
    const { findings } = await join({ local: [file('a')], setAside: [odd('a')] });
    assert.deepEqual(
      [...findings].map(({ path, local, verdict }) => [path, local?.path, verdict]),
      [['a', 'a', unchecked]],
    );
    const proved = { setAside: [odd('a')], proved: ['a'] };
    assert.deepEqual(await verdicts(proved), { a: unchecked });
  });

  it('counts it as a copy of what is ignored here', async () => {
    const found = await verdicts({ local: [leaf('a', 'link')], setAside: [odd('a')] });
    assert.deepEqual(found, { a: { kind: 'ignored', because: { kind: 'link' }, hiddenCopies: 1 } });
  });

  it('gives it a row of its own where nothing else has one, and says what the list says', async () => {
    const { findings } = await join({ setAside: [odd('a')] });
    assert.deepEqual(
      [...findings],
      [
        {
          path: 'a',
          isFolder: false,
          local: undefined,
          cloud: {
            path: 'a',
            size: 3,
            etag: 'odd',
            modifiedAtMs: provedAt,
            storageClass: undefined,
          },
          verdict: {
            kind: 'ignored',
            because: { kind: 'not-a-path', fault: 'not-decodable' },
            hiddenCopies: 1,
          },
        },
      ],
    );
  });

  it('gives it a path that no file can have, where the row is taken', async () => {
    const whole = await verdicts({ cloud: ['a'], setAside: [odd('a')], proved: ['a'] });
    assert.deepEqual(Object.keys(whole).sort(), ['./p/a', 'a']);
    assert.deepEqual(whole['a'], { kind: 'only-in-cloud' });
    const twice = await verdicts({ setAside: [odd('a'), odd('a')] });
    assert.deepEqual(Object.keys(twice).sort(), ['./p/a', 'a']);
    const here = await verdicts({ local: [file('a')], cloud: ['a'], setAside: [odd('a')] });
    assert.equal(here['a']?.kind, 'up-to-date');
  });
});

describe('join', () => {
  it('calls the row of ignored copies a folder where any of them lies below it', async () => {
    const rows = async (cloud: readonly string[]) =>
      [...(await join({ cloud })).findings].map(({ path, isFolder, verdict }) => [
        path,
        isFolder,
        verdict.kind === 'ignored' && verdict.hiddenCopies,
      ]);
    assert.deepEqual(await rows(['x.log']), [['x.log', false, 1]]);
    assert.deepEqual(await rows(['x.log/a']), [['x.log', true, 1]]);
    assert.deepEqual(await rows(['x.log', 'x.log/a']), [['x.log', true, 2]]);
    assert.deepEqual(await rows(['x.log/a', 'x.log']), [['x.log', true, 2]]);
  });

  it('calls no file a folder', async () => {
    const { findings } = await join({ local: [file('a')], cloud: ['a', 'b'], proved: ['c'] });
    assert.deepEqual(
      [...findings].map(({ isFolder }) => isFolder),
      [false, false, false],
    );
  });

  it('ends soon when it is cancelled, whichever side is long', async () => {
    const slice = (isOver: boolean) =>
      withOverrides(new TimeSlice(new AbortController().signal), {
        isOver,
        next: subject => Promise.reject(new Failure('cancelled', subject)),
      });
    for (const world of [{ local: [file('a')] }, { cloud: ['a'] }, { proved: ['a'] }]) {
      await assert.rejects(join(world, { slice: slice(true) }), { code: 'cancelled' });
      assert.equal([...(await join(world, { slice: slice(false) })).findings].length, 1);
    }
  });
});
