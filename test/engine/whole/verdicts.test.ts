import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Engine } from '../../../src/engine/session/engine';
import { Crc64Nvme } from '../../../src/engine/checksums/crc64nvme';
import { Failure } from '../../../src/engine/failures/failure';
import type { CloudFile } from '../../../src/engine/scan/cloudListing';
import { receiptsInMemory } from '../../support/memory/recordsInMemory';
import type { Receipts } from '../../../src/engine/records/receiptStore';
import type { CompareRule } from '../../../src/engine/config/settings';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { State } from '../../../src/protocol/state';
import { isInstalled } from '../../support/suite/isInstalled';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { readsOfFiles } from '../../support/disk/readsOfFiles';
import { MovableClock } from '../../support/suite/movableClock';
import { verdictsInShort } from '../../support/memory/verdictsInShort';
import { startEngine } from '../../support/engine/startEngine';
import { aFolder } from '../../support/engine/aFolder';

const day = 24 * 60 * 60 * 1000;

/** What people and their tools do to files, with the verdict that the next comparison gives. */
describe('The verdict', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let engine: Engine;
  let receipts: Receipts;
  let states: State[];
  let onRows: () => void = () => undefined;
  let clockOffsetMs = 0;
  let clock: MovableClock;
  const owner = { folderId: 'f', store: 'memory', bucket: 'b', prefix: 'f/' };

  beforeEach(async () => {
    clockOffsetMs = 0;
    clock = new MovableClock();
    onRows = () => undefined;
    receipts = receiptsInMemory();
    states = [];
    folder = await temporaryFolder('verdicts');
    bucket = memoryBucket({ now: () => Date.now() + clockOffsetMs });
    engine = open();
  });
  afterEach(async () => {
    clock.restore();
    engine.dispose();
    await folder.remove();
  });

  function open(): Engine {
    return startEngine({
      bucket,
      receipts,
      onState: state => states.push(state),
      onRows: () => {
        onRows();
      },
    });
  }

  function setup(rule: CompareRule): FolderSetup {
    const settings = { 'compare.rule': rule, exclude: ['.git'] };
    return aFolder({
      id: 'file:///f',
      name: 'f',
      root: folder.path,
      bucket: 'b',
      prefix: 'f/',
      settings,
    });
  }

  const patience = () => AbortSignal.timeout(20_000);
  const at = (path: string) => join(folder.path, path);

  /** Writes a file whose last change is long past, so that its receipt is not racy. */
  async function write(path: string, content: string, age = 10 * day): Promise<void> {
    await mkdir(join(at(path), '..'), { recursive: true });
    await writeFile(at(path), content);
    const time = new Date(Date.now() - age);
    await utimes(at(path), time, time);
  }

  async function backUpAll(): Promise<void> {
    await engine.compare([setup('smart')], patience());
    const { planId } = await engine.planBackUp(
      { folders: [{ setup: setup('smart'), scope: { kind: 'all' } }] },
      patience(),
    );
    const report = await engine.run(planId, patience());
    assert.equal(report.done, report.planned);
  }

  async function verdicts(rule: CompareRule = 'smart'): Promise<Readonly<Record<string, string>>> {
    await engine.compare([setup(rule)], patience());
    return verdictsInShort(engine, 'file:///f');
  }

  /** The same, found twice: what the first comparison remembers must not change the second. */
  async function expect(wanted: Readonly<Record<string, string>>): Promise<void> {
    assert.deepEqual(await verdicts(), wanted);
    assert.deepEqual(await verdicts(), wanted);
  }

  /* ---- what happens here --------------------------------------------------------------------- */

  it('of files that nobody has touched is up to date, by their receipts', async () => {
    await write('a', 'one');
    await write('d/b', 'two');
    await backUpAll();
    await expect({ a: 'proved', 'd/b': 'proved' });
  });

  it('of a file backed up right after it was written is proved by one more reading', async () => {
    await write('a', 'one', 0);
    await backUpAll();
    await expect({ a: 'proved' });
  });

  it('after git checkout there and back is up to date', async () => {
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
        cwd: folder.path,
        stdio: 'ignore',
      });
    git('init', '-b', 'main');
    await write('a', 'one');
    git('add', '.');
    git('commit', '-m', '1');
    await backUpAll();
    git('checkout', '-b', 'other');
    await writeFile(at('a'), 'two');
    git('commit', '-am', '2');
    git('checkout', 'main');
    await expect({ '.git': 'ignored', a: 'proved' });
  });

  it('after touch, touch -r and chmod is up to date', async () => {
    for (const path of ['touched', 'like-another', 'made-executable', 'model']) {
      await write(path, path);
    }
    await backUpAll();
    execFileSync('touch', [at('touched')]);
    execFileSync('touch', ['-r', at('model'), at('like-another')]);
    await chmod(at('made-executable'), 0o755);
    await expect({
      touched: 'proved',
      'like-another': 'proved',
      'made-executable': 'proved',
      model: 'proved',
    });
  });

  it('after cp -p, mv or tar brought in older bytes is out of date', async () => {
    for (const path of ['copied', 'moved', 'unpacked']) await write(path, 'new bytes');
    await backUpAll();
    const elsewhere = await temporaryFolder('elsewhere');
    try {
      const old = join(elsewhere.path, 'unpacked');
      await writeFile(old, 'old bytes');
      await utimes(old, new Date(0), new Date(0));
      execFileSync('cp', ['-p', old, at('copied')]);
      execFileSync('tar', ['-cf', join(elsewhere.path, 'a.tar'), '-C', elsewhere.path, 'unpacked']);
      execFileSync('tar', ['-xf', join(elsewhere.path, 'a.tar'), '-C', folder.path]);
      await writeFile(at('.older'), 'old bytes');
      await utimes(at('.older'), new Date(0), new Date(0));
      await rename(at('.older'), at('moved'));
    } finally {
      await elsewhere.remove();
    }
    await expect({
      copied: 'out-of-date content',
      moved: 'out-of-date content',
      unpacked: 'out-of-date content',
    });
  });

  it('after unzip, whose archive gives all files one old time, is told by content', async function () {
    if (!['zip', 'unzip'].every(isInstalled)) this.skip();
    for (const path of ['same', 'other']) await write(path, 'new bytes');
    await backUpAll();
    const elsewhere = await temporaryFolder('elsewhere');
    try {
      const fixed = new Date('1980-01-01T00:00:00');
      for (const [path, content] of [
        ['same', 'new bytes'],
        ['other', 'old bytes'],
      ] as const) {
        await writeFile(join(elsewhere.path, path), content);
        await utimes(join(elsewhere.path, path), fixed, fixed);
      }
      const archive = join(elsewhere.path, 'a.zip');
      execFileSync('zip', ['-q', archive, 'same', 'other'], { cwd: elsewhere.path });
      execFileSync('unzip', ['-q', '-o', archive, '-d', folder.path]);
    } finally {
      await elsewhere.remove();
    }
    await expect({ same: 'proved', other: 'out-of-date content' });
  });

  it('after an edit of the same size is out of date, with the time put back too', async () => {
    await write('edited', 'one');
    await write('edited-back', 'one');
    await backUpAll();
    await writeFile(at('edited'), 'two');
    const { atime, mtime } = await stat(at('edited-back'));
    await writeFile(at('edited-back'), 'two');
    await utimes(at('edited-back'), atime, mtime);
    await expect({ edited: 'out-of-date content', 'edited-back': 'out-of-date content' });
  });

  it('after an edit in the same second as the receipt is out of date', async () => {
    await write('a', 'one', 0);
    await backUpAll();
    await writeFile(at('a'), 'two');
    await expect({ a: 'out-of-date content' });
  });

  it('of a file that was deleted here is only in cloud', async () => {
    await write('a', 'one');
    await backUpAll();
    await rm(at('a'));
    await expect({ a: 'only-in-cloud' });
  });

  it('is the same while the clock here is wrong by a day either way', async () => {
    for (const offset of [day, -day]) {
      clockOffsetMs = offset;
      await write('same', 'one', 0);
      await write('edited', 'one', 0);
      await backUpAll();
      await writeFile(at('edited'), 'two');
      await expect({ same: 'proved', edited: 'out-of-date content' });
    }
  });

  /* ---- what happens there -------------------------------------------------------------------- */

  it('of a copy that is gone from the cloud says that it was there', async () => {
    await write('a', 'one');
    await backUpAll();
    bucket.remove('f/a');
    await expect({ a: 'missing-in-cloud, was there' });
  });

  it('of a file that is gone from both sides is lost', async () => {
    await write('a', 'one');
    await backUpAll();
    bucket.remove('f/a');
    await rm(at('a'));
    await expect({ a: 'lost' });
  });

  it('of a copy that somebody else wrote is changed in cloud', async () => {
    for (const path of ['there', 'both', 'both-alike']) await write(path, 'one');
    await backUpAll();
    bucket.place('f/there', Buffer.from('two'));
    bucket.place('f/both', Buffer.from('two'));
    bucket.place('f/both-alike', Buffer.from('two'));
    await writeFile(at('both'), 'three');
    await writeFile(at('both-alike'), 'two');
    await expect({
      there: 'changed-in-cloud only-there',
      both: 'changed-in-cloud both',
      'both-alike': 'proved',
    });
  });

  /* ---- what was there before us --------------------------------------------------------------- */

  it('on a second computer with a fresh clone is proved by content', async () => {
    await write('a', 'one');
    await write('b', 'one');
    await backUpAll();
    engine.dispose();
    engine = open();
    await write('a', 'one', 0);
    await write('b', 'two', 0);
    await expect({ a: 'proved', b: 'out-of-date content' });
  });

  it('of a bucket filled by tools with multipart uploads is proved by their part sizes', async () => {
    const content = Buffer.alloc(20 << 20, 'x');
    const parts = [0, 8, 16].map(start =>
      createHash('md5')
        .update(content.subarray(start << 20, (start + 8) << 20))
        .digest(),
    );
    const etag = `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-3`;
    await writeFile(at('large'), content);
    bucket.place('f/large', content, { etag });
    await expect({ large: 'proved' });
  });

  it('of encrypted copies, whose ETag is no digest, stays unproved and says so', async () => {
    const etag = 'd'.repeat(32);
    await write('older', 'one');
    await write('newer', 'one', -day);
    bucket.place('f/older', Buffer.from('one'), { etag, etagIsOpaque: true });
    bucket.place('f/newer', Buffer.from('one'), { etag, etagIsOpaque: true });
    await expect({ older: 'up-to-date name-and-time', newer: 'out-of-date not-comparable' });
  });

  it('of encrypted copies is proved by the store’s own long checksum', async () => {
    const etag = 'd'.repeat(32);
    const crc = new Crc64Nvme();
    crc.update(Buffer.from('one'));
    const value = crc.digest().toString('base64');
    const checksums = [{ algorithm: 'crc64nvme', type: 'full-object', value }] as const;
    await write('same', 'one', -day);
    await write('other', 'two', -day);
    for (const path of ['same', 'other']) {
      bucket.place(`f/${path}`, Buffer.from('one'), { etag, etagIsOpaque: true, checksums });
    }
    await expect({ same: 'proved', other: 'out-of-date content' });
  });

  it('that content has decided asks nothing of the store a second time', async () => {
    await write('different', 'one', -day);
    await write('unknown', 'one', -day);
    bucket.place('f/different', Buffer.from('two'), { modifiedAtMs: Date.now() - 20 * day });
    bucket.place('f/unknown', Buffer.from('one'), {
      etag: 'x',
      modifiedAtMs: Date.now() - 20 * day,
    });
    // Changed long before it is read, or the reading would be racy and rightly be done again.
    const time = new Date(Date.now() - 10 * day);
    for (const path of ['different', 'unknown']) await utimes(at(path), time, time);
    clock.passRacyWindow();
    const wanted = { different: 'out-of-date content', unknown: 'out-of-date not-comparable' };
    assert.deepEqual(await verdicts(), wanted);
    const calls = () => bucket.calls.map(({ operation }) => operation);
    assert.ok(calls().includes('head'));
    const before = calls().length;
    assert.deepEqual(await verdicts(), wanted);
    assert.deepEqual(calls().slice(before), ['list']);
  });

  it('that content has decided opens no file a second time', async () => {
    for (const path of ['same', 'edited', 'unknown', 'ours']) await write(path, 'one');
    await backUpAll();
    for (const path of ['same', 'edited', 'unknown'])
      await write(path, path === 'edited' ? 'two' : 'one');
    bucket.place('f/same', Buffer.from('one'), { etag: 'another' });
    bucket.place('f/unknown', Buffer.from('one'), { etag: 'no digest' });
    clock.passRacyWindow();
    const reads = readsOfFiles(folder.path);
    try {
      const first = await verdicts();
      // The one that was backed up right after it was written is read once more, to be sure.
      assert.deepEqual(reads.names.toSorted(), ['edited', 'ours', 'same', 'unknown']);
      reads.forget();
      assert.deepEqual(await verdicts(), first);
      assert.deepEqual(reads.names, []);
    } finally {
      reads.restore();
    }
  });

  it('reads no file again because its time lies before 1970, ahead, or after 2262', async () => {
    const times = {
      past: -1e9,
      tomorrow: Date.now() / 1000 + 86_400,
      far: 9.4e9,
      end: 15_032_385_535,
    };
    for (const [path, time] of Object.entries(times)) {
      await write(path, 'one');
      await utimes(at(path), new Date(time * 1000), new Date(time * 1000));
    }
    const expected = Object.fromEntries(Object.keys(times).map(path => [path, 'proved']));
    clock.passRacyWindow();
    await backUpAll();
    const reads = readsOfFiles(folder.path);
    try {
      for (const rule of ['smart', 'time', 'content'] as const) {
        assert.deepEqual(await verdicts(rule), expected, rule);
      }
      assert.deepEqual(reads.names, []);
    } finally {
      reads.restore();
    }
  });

  /* ---- by the other rules ---------------------------------------------------------------------- */

  it('by name and time reads nothing', async () => {
    await write('older', 'one');
    await write('tie', 'one', 0);
    await write('other-size', 'longer', 0);
    await write('older-other-size', 'longer');
    for (const path of ['older', 'tie', 'other-size', 'older-other-size']) {
      bucket.place(`f/${path}`, Buffer.from('one'));
    }
    assert.deepEqual(await verdicts('time'), {
      older: 'up-to-date name-and-time',
      tie: 'out-of-date time',
      'other-size': 'out-of-date size',
      'older-other-size': 'changed-in-cloud newer-there',
    });
  });

  it('by content proves or refutes what name and time would pass', async () => {
    await write('same', 'one');
    await write('other', 'two');
    bucket.place('f/same', Buffer.from('one'));
    bucket.place('f/other', Buffer.from('one'));
    assert.deepEqual(await verdicts('content'), {
      same: 'proved',
      other: 'changed-in-cloud newer-there',
    });
  });

  /* ---- what is known to differ ----------------------------------------------------------------- */

  /** What looks up to date by name and time, and is known to hold other bytes. */
  async function knownToDiffer(path: string): Promise<void> {
    await write(path, 'one');
    bucket.place(`f/${path}`, Buffer.from('two'));
    clock.passRacyWindow();
    await verdicts();
    await until(path, 'changed-in-cloud newer-there');
  }

  async function until(path: string, wanted: string): Promise<void> {
    const signal = patience();
    while (verdictsInShort(engine, 'file:///f')[path] !== wanted) {
      signal.throwIfAborted();
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  /** Plans to back up a file or folder of the disk, which compares it anew. */
  async function planFor(path: string, signal = patience()): Promise<void> {
    const scope = { kind: 'resources', paths: [at(path)] } as const;
    await engine.planBackUp({ folders: [{ setup: setup('smart'), scope }] }, signal);
  }

  for (const [what, partly] of [
    ['the file', () => planFor('d/a')],
    ['its folder', () => planFor('d')],
    [
      'what other rules let in',
      async () => {
        await writeFile(at('d/.s3backupignore'), '*.log\n');
        await engine.filesChanged('file:///f', [at('d/.s3backupignore')]);
        await until('d/.s3backupignore', 'missing-in-cloud');
        const lists = () => bucket.calls.filter(({ operation }) => operation === 'list').length;
        const before = lists();
        await writeFile(at('d/.s3backupignore'), '');
        await engine.filesChanged('file:///f', [at('d/.s3backupignore')]);
        while (lists() === before) await new Promise(resolve => setImmediate(resolve));
        await engine.planBackUp(
          { folders: [{ setup: setup('smart'), scope: { kind: 'all' } }] },
          patience(),
        );
      },
    ],
  ] as const) {
    it(`of what is known to differ stays when only ${what} is compared`, async () => {
      await knownToDiffer('d/a');
      const greens: string[] = [];
      onRows = () => {
        const now = verdictsInShort(engine, 'file:///f')['d/a'];
        if (now?.startsWith('up-to-date') === true) greens.push(now);
      };
      await partly();
      assert.deepEqual(greens, []);
      assert.equal(verdictsInShort(engine, 'file:///f')['d/a'], 'changed-in-cloud newer-there');
    });
  }

  it('of what is known to differ is the same in each later comparison, by every rule', async () => {
    await knownToDiffer('a');
    for (const rule of ['smart', 'time', 'content'] as const) {
      assert.deepEqual(await verdicts(rule), { a: 'changed-in-cloud newer-there' });
    }
  });

  it('of what is known to differ goes by name and time again once either side is another', async () => {
    await knownToDiffer('a');
    bucket.place('f/a', Buffer.from('six'));
    assert.deepEqual(await verdicts('time'), { a: 'up-to-date name-and-time' });
  });

  it('is proved in the background where a part alone was compared, too', async () => {
    await write('d/a', 'one');
    await verdicts();
    bucket.place('f/d/a', Buffer.from('one'));
    await planFor('d');
    await until('d/a', 'proved');
    assert.equal(verdictsInShort(engine, 'file:///f')['d/a'], 'proved');
  });

  /* ---- comparisons that come to nothing -------------------------------------------------------- */

  it('is proved no longer where the next comparison fails, until one is whole again', async () => {
    await write('a', 'one');
    await write('d/b', 'two');
    clock.passRacyWindow();
    await backUpAll();
    await verdicts();
    bucket.failNext('list', new Failure('no-such-bucket', 'b'));
    await assert.rejects(verdicts(), { code: 'no-such-bucket' });
    const unconfirmed = 'up-to-date unconfirmed';
    assert.deepEqual(verdictsInShort(engine, 'file:///f'), { a: unconfirmed, 'd/b': unconfirmed });
    assert.equal(states.at(-1)?.comparisons[0]?.proved, 0);
    // What is asked about alone is known again.
    await planFor('d');
    assert.deepEqual(verdictsInShort(engine, 'file:///f'), { a: unconfirmed, 'd/b': 'proved' });
    await write('a', 'edited');
    await engine.filesChanged('file:///f', [at('a')]);
    assert.equal(verdictsInShort(engine, 'file:///f')['a'], 'out-of-date changed-since-comparison');
    await write('a', 'one');
    await expect({ a: 'proved', 'd/b': 'proved' });
  });

  it('is proved no longer in the part alone that could not be compared again', async () => {
    await write('a', 'one');
    await write('d/b', 'two');
    clock.passRacyWindow();
    await backUpAll();
    await verdicts();
    const shown = () => verdictsInShort(engine, 'file:///f');
    for (const code of ['unreachable', 'access-denied', 'not-s3'] as const) {
      bucket.failNext('list', new Failure(code, 'b'));
      await assert.rejects(planFor('d'), { code });
      assert.deepEqual(shown(), { a: 'proved', 'd/b': 'up-to-date unconfirmed' }, code);
      assert.equal(states.at(-1)?.comparisons[0]?.unconfirmed, 1);
      await planFor('d');
      assert.deepEqual(shown(), { a: 'proved', 'd/b': 'proved' }, code);
    }
    // Whoever gives up, or asks about what is gone, has learned nothing of what is there.
    const held = bucket.holdNext('list');
    const cancel = new AbortController();
    const planning = planFor('d', cancel.signal);
    await held.reached;
    cancel.abort();
    await assert.rejects(planning, { code: 'cancelled' });
    await assert.rejects(planFor('gone'), { code: 'file-vanished' });
    assert.deepEqual(shown(), { a: 'proved', 'd/b': 'proved' });
    assert.equal(states.at(-1)?.comparisons[0]?.unconfirmed, 0);
  });

  it('stands where the next comparison is cancelled, and is still watched', async () => {
    await write('a', 'one');
    await write('b', 'two');
    clock.passRacyWindow();
    await backUpAll();
    await verdicts();
    const held = bucket.holdNext('list');
    const cancel = new AbortController();
    const comparing = engine.compare([setup('smart')], cancel.signal);
    await held.reached;
    cancel.abort();
    await assert.rejects(comparing, { code: 'cancelled' });
    assert.deepEqual(verdictsInShort(engine, 'file:///f'), { a: 'proved', b: 'proved' });
    await write('a', 'edited');
    await engine.filesChanged('file:///f', [at('a')]);
    assert.deepEqual(verdictsInShort(engine, 'file:///f'), {
      a: 'out-of-date changed-since-comparison',
      b: 'proved',
    });
  });

  /* ---- copies that are not what they were ------------------------------------------------------ */

  it('of a copy that was cut short under its old ETag is no longer up to date', async () => {
    await write('a', 'one and more');
    clock.passRacyWindow();
    await backUpAll();
    assert.deepEqual(await verdicts(), { a: 'proved' });
    const { etag } = await cloudFile('a');
    bucket.place('f/a', Buffer.from('one'), { etag });
    for (const rule of ['smart', 'content'] as const) {
      assert.deepEqual(await verdicts(rule), { a: 'changed-in-cloud only-there' });
    }
    assert.deepEqual(await verdicts('time'), { a: 'changed-in-cloud newer-there' });
    const scope = { kind: 'resources', paths: [at('a')] } as const;
    const request = { folders: [{ setup: setup('smart'), scope }] };
    const { proved, different } = await engine.verify(request, patience());
    assert.deepEqual({ proved, different }, { proved: 0, different: 1 });
    // Nor is it the copy of a file that happens to be as short.
    await write('a', 'two', day);
    assert.notEqual((await verdicts())['a'], 'proved');
  });

  it('of a copy whose ETag is the MD5 of other bytes is not proved by an echoed CRC32', async () => {
    await write('a', 'one');
    clock.passRacyWindow();
    await backUpAll();
    const { etag } = await cloudFile('a');
    // As if a byte had been damaged on the way, and the store had given back what it was told.
    const damaged = createHash('md5').update('onE').digest('hex');
    const own = receipts.of(owner);
    const receipt = own.get('a' as FilePath);
    assert.ok(receipt?.crc32 !== undefined && receipt.etag === etag);
    own.put({ ...receipt, etag: damaged });
    bucket.place('f/a', Buffer.from('onE'), {
      checksums: [{ algorithm: 'crc32', type: 'full-object', value: receipt.crc32 }],
    });
    const scope = { kind: 'resources', paths: [at('a')] } as const;
    const request = { folders: [{ setup: setup('smart'), scope }] };
    const { proved, different } = await engine.verify(request, patience());
    assert.deepEqual({ proved, different }, { proved: 0, different: 1 });
    await expect({ a: 'out-of-date content' });
  });

  it('of an encrypted copy is proved by the receipt, though its ETag looks like another MD5', async () => {
    await write('a', 'one');
    await backUpAll();
    const own = receipts.of(owner);
    const receipt = own.get('a' as FilePath);
    assert.ok(receipt?.crc32 !== undefined);
    own.put({ ...receipt, etag: 'd'.repeat(32) });
    bucket.place('f/a', Buffer.from('one'), { etag: 'd'.repeat(32), etagIsOpaque: true });
    const touched = new Date(Date.now() - 5 * day);
    await utimes(at('a'), touched, touched);
    await expect({ a: 'proved' });
  });

  it('of a copy that may not be asked about is what the store said when it took the bytes', async () => {
    await write('a', 'one');
    clock.passRacyWindow();
    await backUpAll();
    const own = receipts.of(owner);
    const receipt = own.get('a' as FilePath);
    assert.ok(receipt?.crc32 !== undefined);
    own.put({ ...receipt, etag: 'd'.repeat(32) });
    bucket.place('f/a', Buffer.from('one'), { etag: 'd'.repeat(32) });
    const touched = new Date(Date.now() - 5 * day);
    await utimes(at('a'), touched, touched);
    bucket.failNext('head', new Failure('access-denied', 'f/a'), { key: 'f/a' });
    assert.deepEqual(await verdicts(), { a: 'proved' });
  });

  async function cloudFile(path: string): Promise<CloudFile> {
    for await (const page of bucket.list({ prefix: 'f/', signal: patience() })) {
      const found = page.find(({ key }) => key === `f/${path}`);
      if (found !== undefined) return { ...found, path: path as FilePath };
    }
    throw new Error(`There is no copy of ${path}.`);
  }

  it('is proved in the background where only name and time speak for it', async () => {
    await write('same', 'one');
    bucket.place('f/same', Buffer.from('one'));
    assert.deepEqual(await verdicts(), { same: 'up-to-date name-and-time' });
    while (verdictsInShort(engine, 'file:///f')['same'] !== 'proved') {
      await new Promise(resolve => setImmediate(resolve));
    }
    assert.deepEqual(await verdicts(), { same: 'proved' });
    assert.equal((await readFile(at('same'))).toString(), 'one');
  });
});
