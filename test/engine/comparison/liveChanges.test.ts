import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';

import { compareFolder } from '../../../src/engine/compare/compare';
import { Comparison } from '../../../src/engine/comparison/comparison';
import { TimeSlice } from '../../../src/engine/concurrency/timeSlice';
import { isWithinAny } from '../../../src/engine/disk/filePath';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { Failure } from '../../../src/engine/failures/failure';
import type { LiveComparison } from '../../../src/engine/comparison/judgeByDisk';
import {
  applyChanges,
  lookBelow,
  recheckUpToDate,
} from '../../../src/engine/comparison/liveChanges';
import { rootPath, type FilePath } from '../../../src/protocol/folders';
import type { FolderReceipts } from '../../../src/engine/records/receiptStore';
import { groups, type Verdict } from '../../../src/protocol/verdicts';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { noReceipts } from '../../support/memory/recordsInMemory';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import { targetOf } from '../../support/memory/targetOf';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const storedAt = 1_700_000_000_000;
const before = storedAt - 60_000;
const exclude = new ExcludeRules(['node_modules', '*.log']);
const signal = new AbortController().signal;

describe('liveChanges', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let receipts: FolderReceipts;
  let live: LiveComparison;
  beforeEach(async () => {
    receipts = noReceipts();
    folder = await temporaryFolder('live');
    root = join(folder.path, 'w');
    mkdirSync(root);
    bucket = memoryBucket();
  });
  afterEach(async () => {
    live.comparison.dispose();
    await folder.remove();
  });

  function place(...paths: readonly string[]): void {
    for (const path of paths) bucket.place(`w/${path}`, 'x', { modifiedAtMs: storedAt });
  }

  /** Notes that files were in the cloud once, as other bytes. */
  function proved(...paths: readonly string[]): void {
    for (const path of paths) {
      receipts.put({
        local: { path: path as FilePath, size: 7, mtimeNs: 1n, ctimeNs: 1n, inode: 1n },
        sha256: hash('sha256', 'earlier'),
        etag: hash('md5', 'earlier'),
        crc32: undefined,
        versionId: undefined,
        hashBegan: 1,
        provedAt: before,
      });
    }
  }

  async function findings() {
    const starts = ['' as FilePath];
    return compareFolder({
      root,
      bucket,
      prefix: 'w/',
      starts,
      exclude,
      rule: 'smart',
      receipts,
      signal,
    });
  }

  /** Compares, as the engine does before anything can change. */
  async function compare(): Promise<void> {
    const result = await findings();
    const target = targetOf({ bucket: 'memory', prefix: 'w/' });
    const comparison = new Comparison(target, result.findings.cloud);
    comparison.incomplete = result.incomplete;
    await comparison.placeAll(result.findings, new TimeSlice(signal));
    live = {
      comparison,
      root,
      exclude,
      rule: 'smart',
      bucket,
      receipts,
      signal,
    };
  }

  function changed(...paths: readonly string[]): Promise<void> {
    return applyChanges(live, paths as readonly FilePath[]);
  }

  function inWords(verdict: Verdict): string {
    switch (verdict.kind) {
      case 'out-of-date':
        return `${verdict.kind} ${verdict.because}`;
      case 'unchecked':
        return `${verdict.kind} ${verdict.failure.code}`;
      case 'ignored':
        return `${verdict.kind} ${verdict.because.kind} ${String(verdict.hiddenCopies)}`;
      default:
        return verdict.kind;
    }
  }

  function rows(): Record<string, string> {
    const totals = live.comparison.totals();
    const sum = groups.reduce((files, group) => files + totals.groups[group].files, 0);
    assert.equal(sum, totals.found);
    const words = [...live.comparison.entries()].map(({ path, verdict }) => [
      path,
      inWords(verdict),
    ]);
    return Object.fromEntries(words) as Record<string, string>;
  }

  function ignoredPaths(): readonly FilePath[] {
    return [...live.comparison.inGroup('ignored', rootPath)].map(({ path }) => path);
  }

  const touched = 'out-of-date changed-since-comparison';

  it('calls a file that is older than its copy, and another, changed in the cloud, as a comparison does', async () => {
    place('a');
    await compare();
    await writeTree(root, { a: 'longer' }, before);
    await changed('a');
    assert.deepEqual(rows(), { a: 'changed-in-cloud' });
  });

  it('judges created, changed and deleted files at once', async () => {
    await writeTree(root, { same: 'x', edited: 'x', gone: 'x', alone: 'x' }, before);
    place('same', 'edited', 'gone');
    await compare();
    writeFileSync(join(root, 'new'), 'n');
    writeFileSync(join(root, 'edited'), 'y');
    rmSync(join(root, 'gone'));
    rmSync(join(root, 'alone'));
    await changed('new', 'edited', 'gone', 'alone', 'never-there');
    assert.deepEqual(rows(), {
      same: 'up-to-date',
      new: 'missing-in-cloud',
      edited: touched,
      gone: 'only-in-cloud',
    });
    writeFileSync(join(root, 'gone'), 'back');
    await changed('gone');
    assert.equal(rows()['gone'], touched);
  });

  it('calls nothing missing, nor gone, of which the list has an odd entry', async () => {
    await writeTree(root, { here: 'x', gone: 'x' }, before);
    place('here', 'gone', 'later');
    const list = bucket.list.bind(bucket);
    bucket.list = async function* (request) {
      for await (const page of list(request)) {
        yield page.map(object => ({ ...object, etag: '', fault: 'incomplete' as const }));
      }
    };
    await compare();
    const odd = 'unchecked odd-entry';
    const later = 'ignored not-a-path 1';
    assert.deepEqual(rows(), { here: odd, gone: odd, later });
    writeFileSync(join(root, 'here'), 'changed');
    writeFileSync(join(root, 'later'), 'new');
    rmSync(join(root, 'gone'));
    await changed('here', 'gone', 'later');
    assert.deepEqual(rows(), { here: odd, gone: odd, later: odd });
    assert.equal(live.comparison.get('gone' as FilePath)?.local, undefined);
    assert.equal(live.comparison.get('later' as FilePath)?.cloud, undefined);
  });

  it('takes a folder’s event for everything below it', async () => {
    await writeTree(root, { 'd/a': 'x', 'd/e/b': 'x', 'd-old/c': 'x' }, before);
    place('d/a', 'd/e/b', 'd-old/c', 'd/cloud');
    await compare();
    rmSync(join(root, 'd'), { recursive: true });
    await changed('d');
    assert.deepEqual(rows(), {
      'd/a': 'only-in-cloud',
      'd/e/b': 'only-in-cloud',
      'd/cloud': 'only-in-cloud',
      'd-old/c': 'up-to-date',
    });
    await writeTree(root, { 'd/a': 'y', 'd/f/g': 'new', 'd/node_modules/x': '' });
    await changed('d');
    assert.deepEqual(rows(), {
      'd/a': touched,
      'd/f/g': 'missing-in-cloud',
      'd/node_modules': 'ignored rule 0',
      'd/e/b': 'only-in-cloud',
      'd/cloud': 'only-in-cloud',
      'd-old/c': 'up-to-date',
    });
    renameSync(join(root, 'd'), join(root, 'moved'));
    await changed('d', 'moved');
    assert.equal(rows()['moved/a'], 'missing-in-cloud');
    assert.equal(rows()['d/a'], 'only-in-cloud');
    assert.equal(rows()['d/node_modules'], undefined);
  });

  it('leaves what has not changed as it is', async () => {
    await writeTree(root, { 'd/a': 'x' }, before);
    place('d/a');
    await compare();
    let told = 0;
    live.comparison.onChanged = () => told++;
    await changed('d', 'd/a', '');
    assert.equal(told, 0);
  });

  it('sees content changes that keep size and date, and changed modes', async () => {
    await writeTree(root, { a: 'x', b: 'x' }, before);
    place('a', 'b');
    await compare();
    writeFileSync(join(root, 'a'), 'y');
    utimesSync(join(root, 'a'), before / 1000, before / 1000);
    chmodSync(join(root, 'b'), 0o600);
    await changed('a', 'b');
    assert.deepEqual(rows(), { a: touched, b: touched });
  });

  it('says of copies below a file what a comparison would say', async () => {
    await writeTree(root, { 'd/a': 'x', f: 'x' }, before);
    place('d/a', 'd/cloud', 'f');
    await compare();
    rmSync(join(root, 'd'), { recursive: true });
    writeFileSync(join(root, 'd'), 'now a file');
    rmSync(join(root, 'f'));
    await writeTree(root, { 'f/g': 'now a folder' });
    await changed('d', 'f');
    assert.deepEqual(rows(), {
      d: 'missing-in-cloud',
      'd/a': 'ignored below-local-file 1',
      'd/cloud': 'ignored below-local-file 1',
      f: 'ignored namesake-is-folder 1',
      'f/g': 'missing-in-cloud',
    });
    rmSync(join(root, 'd'));
    rmSync(join(root, 'f'), { recursive: true });
    await changed('d', 'f');
    assert.deepEqual(rows(), {
      'd/a': 'only-in-cloud',
      'd/cloud': 'only-in-cloud',
      f: 'only-in-cloud',
    });
  });

  it('does not take copies below a new link for files that could come back', async function () {
    if (process.platform === 'win32') this.skip();
    await writeTree(root, { 'd/a': 'x', 'other/a': 'x' }, before);
    place('d/a', 'd/cloud');
    await compare();
    rmSync(join(root, 'd'), { recursive: true });
    symlinkSync('other', join(root, 'd'));
    await changed('d');
    const linked = rows();
    assert.equal(linked['d'], 'ignored link 0');
    assert.equal(linked['d/a'], 'ignored below-local-file 1');
    // And back: what the bucket holds is not forgotten meanwhile.
    rmSync(join(root, 'd'));
    await writeTree(root, { 'd/a': 'y' });
    await changed('d');
    assert.deepEqual(rows(), {
      'd/a': touched,
      'd/cloud': 'only-in-cloud',
      'other/a': 'missing-in-cloud',
    });
  });

  it('cannot check what has become unreadable, nor anything below it', async function () {
    if (nothingDenied !== undefined) this.skip();
    await writeTree(root, { 'd/a': 'x', 'd/e/b': 'x', 'd/new': 'n' }, before);
    place('d/a', 'd/e/b', 'd/cloud');
    await compare();
    chmodSync(join(root, 'd'), 0);
    const expected = {
      d: 'unchecked not-readable',
      'd/a': 'unchecked not-readable',
      'd/e/b': 'unchecked not-readable',
      'd/cloud': 'unchecked not-readable',
    };
    await asOrdinaryUser(folder.path, async () => {
      await changed('d');
      assert.deepEqual(rows(), expected);
    });
    chmodSync(join(root, 'd'), 0o755);
    await changed('d');
    assert.deepEqual(rows(), {
      'd/a': touched,
      'd/e/b': touched,
      'd/cloud': 'only-in-cloud',
      'd/new': 'missing-in-cloud',
    });
    chmodSync(join(root, 'd'), 0);
    await asOrdinaryUser(folder.path, async () => {
      // Only the event of something deep arrives.
      await changed('d/e/b');
      assert.equal(rows()['d/e/b'], 'unchecked not-readable');
    });
    chmodSync(join(root, 'd'), 0o755);
  });

  it('keeps a conflict a conflict', async () => {
    await writeTree(root, { a: 'short' }, before);
    bucket.place('w/a', 'longer, and newer', { modifiedAtMs: storedAt });
    await compare();
    assert.equal(rows()['a'], 'changed-in-cloud');
    writeFileSync(join(root, 'a'), 'edited');
    await changed('a');
    assert.equal(rows()['a'], 'changed-in-cloud');
  });

  it('calls nothing missing after a listing that was not whole', async () => {
    await writeTree(root, { a: 'x', z: 'z' }, before);
    for (let n = 0; n < 1_001; n++) place(`f${String(n).padStart(4, '0')}`);
    bucket.failNext('list', new Failure('unreachable', 'memory'), { after: 1 });
    await compare();
    writeFileSync(join(root, 'new'), 'n');
    writeFileSync(join(root, 'z'), 'changed');
    await changed('new', 'z');
    assert.equal(rows()['new'], 'unchecked unreachable');
    assert.equal(rows()['z'], 'unchecked unreachable');
  });

  it('does not call a file missing whose key would be too long', async () => {
    await compare();
    const name = `${'d'.repeat(200)}/`.repeat(5) + 'e'.repeat(30);
    await writeTree(root, { [name]: 'x' });
    await changed(name);
    assert.equal(rows()[name], 'unchecked key-too-long');
  });

  it('calls lost again what was made anew, or edited, and is gone', async () => {
    await writeTree(root, { edited: 'x' }, before);
    proved('lost', 'edited');
    await compare();
    assert.deepEqual(rows(), { lost: 'lost', edited: 'missing-in-cloud' });
    writeFileSync(join(root, 'lost'), 'made anew');
    writeFileSync(join(root, 'edited'), 'other');
    await changed('lost', 'edited');
    const missing = { kind: 'missing-in-cloud', safeAt: before };
    for (const { verdict } of live.comparison.entries()) assert.deepEqual(verdict, missing);
    rmSync(join(root, 'lost'));
    rmSync(join(root, 'edited'));
    await changed('lost', 'edited');
    assert.deepEqual(rows(), { lost: 'lost', edited: 'lost' });
  });

  it('calls lost again what was ignored meanwhile, or a link', async function () {
    if (process.platform === 'win32') this.skip();
    await writeTree(root, { edited: 'x' }, before);
    proved('lost', 'edited');
    await compare();
    for (const path of ['lost', 'edited']) {
      rmSync(join(root, path), { force: true });
      symlinkSync('nowhere', join(root, path));
    }
    await changed('lost', 'edited');
    assert.deepEqual(rows(), { lost: 'ignored link 0', edited: 'ignored link 0' });
    rmSync(join(root, 'lost'));
    rmSync(join(root, 'edited'));
    writeFileSync(join(root, 'edited'), 'made anew');
    await changed('lost', 'edited');
    assert.deepEqual(rows(), { lost: 'lost', edited: 'missing-in-cloud' });
    rmSync(join(root, 'edited'));
    await changed('edited');
    assert.deepEqual(rows(), { lost: 'lost', edited: 'lost' });
  });

  it('leaves ignored rows and their numbers, with or without a local file', async () => {
    await writeTree(root, { 'node_modules/a': 'x', 'x.log': 'x', 'lonely.log': 'x' }, before);
    place('node_modules/a', 'node_modules/b', 'x.log');
    await compare();
    const ignored = { node_modules: 'ignored rule 2', 'x.log': 'ignored rule 1' };
    assert.deepEqual(rows(), { ...ignored, 'lonely.log': 'ignored rule 0' });
    writeFileSync(join(root, 'node_modules/a'), 'y');
    await changed('node_modules/a', 'node_modules');
    assert.deepEqual(rows(), { ...ignored, 'lonely.log': 'ignored rule 0' });
    for (const name of ['node_modules', 'x.log', 'lonely.log']) {
      rmSync(join(root, name), { recursive: true });
    }
    await changed('node_modules', 'x.log', 'lonely.log');
    assert.deepEqual(rows(), ignored);
  });

  it('finds green rows that changed without an event, by looking again at them all', async () => {
    await writeTree(root, { a: 'x', b: 'x', c: 'x', 'd/e': 'x', same: 'x', new: 'x' }, before);
    place('a', 'b', 'c', 'd/e', 'same');
    await compare();
    writeFileSync(join(root, 'a'), 'y');
    utimesSync(join(root, 'a'), before / 1000, before / 1000);
    rmSync(join(root, 'b'));
    rmSync(join(root, 'c'));
    await writeTree(root, { 'c/now': 'a folder' });
    rmSync(join(root, 'd'), { recursive: true });
    await recheckUpToDate(live);
    assert.deepEqual(rows(), {
      a: touched,
      b: 'only-in-cloud',
      c: 'ignored namesake-is-folder 1',
      'c/now': 'missing-in-cloud',
      'd/e': 'only-in-cloud',
      same: 'up-to-date',
      new: 'missing-in-cloud',
    });
  });

  it('finds nothing in a look at a folder in which nothing has changed', async () => {
    await writeTree(root, { a: 'x', 'd/b': 'x' });
    place('a', 'only/there', 'only/there-too');
    await compare();
    const found: FilePath[] = [];
    const onFound = (path: FilePath) => found.push(path);
    const look = lookBelow({ ...live, start: '' as FilePath, included: [], onFound });
    while ((await look.next()).done !== true);
    assert.deepEqual(found, []);
  });

  it('leaves no folder open where a look is given up', async function () {
    if (process.platform !== 'linux') this.skip();
    const names = Array.from({ length: 3_000 }, (_, n) => `many/${String(n)}`);
    await writeTree(root, Object.fromEntries(names.map(name => [name, ''])));
    await compare();
    const onFound = () => undefined;
    const look = lookBelow({ ...live, start: '' as FilePath, included: [], onFound });
    assert.equal((await look.next()).done, false);
    assert.ok(openBelow(root).length > 0, 'the walk has ended already');
    await look.return(new Set());
    assert.deepEqual(openBelow(root), []);
  });

  it('leaves the thread free while it rechecks, and can be stopped', async () => {
    writeFileSync(join(root, '0'), 'x');
    utimesSync(join(root, '0'), before / 1000, before / 1000);
    for (let n = 1; n < 3_000; n++) linkSync(join(root, '0'), join(root, String(n)));
    place(...Array.from({ length: 3_000 }, (_, n) => String(n)));
    await compare();
    assert.equal(live.comparison.totals().groups['up-to-date'].files, 3_000);
    const controller = new AbortController();
    setImmediate(() => {
      controller.abort();
    });
    const looking = recheckUpToDate({ ...live, signal: controller.signal });
    await assert.rejects(looking, { code: 'cancelled' });
    await recheckUpToDate(live);
    assert.equal(live.comparison.totals().groups['up-to-date'].files, 3_000);
  });

  it('leaves files alone that are on their way', async () => {
    await writeTree(root, { a: 'x', b: 'x' }, before);
    place('b');
    await compare();
    live.comparison.setActivity('a' as FilePath, { kind: 'under-way', work: 'back-up' });
    live.comparison.setActivity('b' as FilePath, { kind: 'waiting' });
    writeFileSync(join(root, 'a'), 'y');
    rmSync(join(root, 'b'));
    await changed('a', 'b');
    const entry = live.comparison.get('a' as FilePath);
    assert.deepEqual(entry?.activity, { kind: 'under-way', work: 'back-up' });
    assert.equal(entry.local?.size, 1);
    assert.equal(rows()['b'], 'up-to-date');
    live.comparison.setActivity('a' as FilePath, undefined);
    live.comparison.setActivity('b' as FilePath, undefined);
    await changed('a', 'b');
    assert.equal(
      live.comparison.get('a' as FilePath)?.local?.mtimeNs === entry.local.mtimeNs,
      false,
    );
    assert.equal(rows()['b'], 'only-in-cloud');
  });

  it('judges nothing more when it is stopped', async () => {
    await writeTree(root, { a: 'x' }, before);
    await compare();
    live = { ...live, signal: AbortSignal.abort() };
    await assert.rejects(changed('a'), { code: 'cancelled' });
  });

  /* What events lead to, against what a new comparison says of the same disk. */

  const paths = fc
    .array(fc.constantFrom('a', 'b', 'node_modules', 'x.log'), { minLength: 1, maxLength: 3 })
    .map(names => names.join('/'));
  const step = fc.record({
    kind: fc.constantFrom('write', 'folder', 'link', 'delete'),
    path: paths,
  });

  /** Brings a thing to a path as a user would; gives the topmost path that a watcher would name. */
  function change(kind: 'write' | 'folder' | 'link' | 'delete', path: string): string | undefined {
    const absolute = join(root, path);
    let top = path;
    for (
      let end = path.indexOf('/');
      end !== -1 && top === path;
      end = path.indexOf('/', end + 1)
    ) {
      const above = lstatSync(join(root, path.slice(0, end)), { throwIfNoEntry: false });
      if (above === undefined) top = path.slice(0, end);
      else if (!above.isDirectory()) return undefined;
    }
    if (top !== path && kind === 'delete') return undefined;
    const stat = lstatSync(absolute, { throwIfNoEntry: false });
    if (kind === 'delete' && stat === undefined) return undefined;
    if (kind === 'folder' && stat?.isDirectory() === true) return undefined;
    if (stat !== undefined) rmSync(absolute, { recursive: true });
    if (kind === 'delete') return path;
    mkdirSync(dirname(absolute), { recursive: true });
    if (kind === 'write') {
      writeFileSync(absolute, 'written');
    } else if (kind === 'folder') {
      mkdirSync(absolute);
      writeFileSync(join(absolute, 'b'), 'written');
    } else {
      symlinkSync('nowhere', absolute);
    }
    return top;
  }

  it('comes to the groups that a new comparison would find', async function () {
    if (process.platform === 'win32') this.skip();
    this.timeout(120_000);
    const world = fc.record({
      local: fc.uniqueArray(paths, { maxLength: 4 }),
      cloud: fc.uniqueArray(paths, { maxLength: 5 }),
      once: fc.uniqueArray(paths, { maxLength: 3 }),
      steps: fc.array(step, { maxLength: 6 }),
    });
    await assertProperty(
      fc.asyncProperty(world, async ({ local, cloud, once, steps }) => {
        rmSync(root, { recursive: true });
        mkdirSync(root);
        bucket = memoryBucket();
        for (const path of local) change('write', path);
        place(...cloud);
        receipts = noReceipts();
        proved(...once);
        await compare();
        const ignored = new Set(ignoredPaths());
        for (const { kind, path } of steps) {
          const event = change(kind, path);
          if (event !== undefined) await changed(event);
        }
        const fresh = new Map([...(await findings()).findings].map(found => [found.path, found]));
        const shown = rows();
        for (const [path, { verdict, local: onDisk }] of fresh) {
          // Links and ignored folders may have been forgotten with the number of their hidden copies.
          if (verdict.kind === 'ignored' && !existsSync(join(root, path))) continue;
          // Nothing was known of it where it was ignored when it was compared, or its folder was.
          if (verdict.kind === 'lost' && isWithinAny(path, ignored)) continue;
          const entry = live.comparison.get(path);
          assert.ok(entry !== undefined, `${path} is not shown`);
          const kinds =
            onDisk === undefined || verdict.kind === 'missing-in-cloud'
              ? [verdict.kind]
              : ['out-of-date', 'up-to-date', 'changed-in-cloud'];
          assert.ok(kinds.includes(entry.verdict.kind), `${path}: ${String(shown[path])}`);
          if (entry.verdict.kind === 'up-to-date') assert.equal(verdict.kind, 'up-to-date');
          assert.equal(entry.local?.size, onDisk?.size, path);
        }
        for (const entry of live.comparison.entries()) {
          if (fresh.has(entry.path)) continue;
          // Of its own here what would be a number on the row of a link or an ignored folder, or
          // would not be told below it.
          assert.ok(
            ['ignored', 'lost'].includes(entry.verdict.kind),
            `${entry.path}: ${String(shown[entry.path])}`,
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** What this process has open at or below a path. */
function openBelow(path: string): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap(descriptor => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`);
      return target.startsWith(path) ? [target] : [];
    } catch {
      // It was the one by which the list itself was read.
      return [];
    }
  });
}
