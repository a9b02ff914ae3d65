import assert from 'node:assert/strict';
import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import type { EditorPort } from '../../../src/engine/ports/editorPort';
import { Failure } from '../../../src/engine/failures/failure';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { FilePath } from '../../../src/protocol/folders';
import type { Report, ReportEntry } from '../../../src/protocol/reports';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { hookDisk, type DiskMoment } from '../../support/disk/diskHooks';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import { hostileNames } from '../../support/disk/hostileNames';
import { refuseAttributes } from '../../support/disk/refusedAttributes';
import { writeTree } from '../../support/disk/localTree';
import { receiptsInMemory } from '../../support/memory/recordsInMemory';
import type { Receipts } from '../../../src/engine/records/receiptStore';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import type { RestoreStory } from '../../support/processes/restoreFullDiskWorker';
import type { SparseStory } from '../../support/processes/restoreSparseWorker';
import { onSmallDisk } from '../../support/disk/smallDisk';
import { eventually } from '../../support/suite/eventually';
import { VirtualClock } from '../../support/suite/virtualClock';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const all = { kind: 'all' } as const;
const mebibyte = 1 << 20;
const storedAt = 1_700_000_000_000;

describe('restore', function () {
  this.timeout(120_000);
  let temporary: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let receipts: Receipts;
  let project: ProjectInMemory;
  /** Files with unsaved changes, and what was trashed. */
  let unsaved: Set<string>;
  let trash: Map<string, string> | undefined;
  const editor: EditorPort = {
    isUnsaved: path => Promise.resolve(unsaved.has(path)),
    moveToTrash: path => {
      if (trash === undefined) return Promise.resolve('no-trash');
      trash.set(path, readFileSync(path, 'utf8'));
      rmSync(path);
      return Promise.resolve('trashed');
    },
  };

  beforeEach(async () => {
    temporary = await temporaryFolder('restore');
    root = join(temporary.path, 'w');
    mkdirSync(root);
    bucket = memoryBucket();
    receipts = receiptsInMemory();
    unsaved = new Set();
    trash = undefined;
    const journal = new SqliteStagingJournal(join(temporary.path, 'staging-journals'));
    project = new ProjectInMemory({ root, bucket, editor, journal, receipts });
  });
  afterEach(async () => {
    project.engine.dispose();
    assert.deepEqual(stagedFiles(), [], 'litter');
    await temporary.remove();
  });

  function stagedFiles(): readonly string[] {
    return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.includes('.s3backup-'),
    );
  }

  function read(path: string): string {
    return readFileSync(join(root, path), 'utf8');
  }

  function names(): readonly string[] {
    return readdirSync(root).sort();
  }

  function entries({ planId }: Report): readonly ReportEntry[] {
    return project.engine.reportPage({ planId, offset: 0, limit: 1000 }).entries;
  }

  function groupOf(path: string): string {
    return project.row(path).verdict.kind;
  }

  /** Lets nothing be looked at again but what a batch is known to have changed. */
  function lookNoMore(): void {
    project.engine.dispose();
    project = new ProjectInMemory({ root, bucket, receipts, clock: new VirtualClock() });
  }

  it('applies the rules of an ignore file that it brings back', async () => {
    lookNoMore();
    await writeTree(root, { '.s3backupignore': '*.log', a: 'a', 'b.log': 'b' });
    await project.compare();
    await project.backUp(all);
    rmSync(join(root, '.s3backupignore'));
    await project.compare();
    assert.equal(groupOf('b.log'), 'missing-in-cloud');
    await project.restore(all);
    await eventually(() => {
      assert.equal(groupOf('b.log'), 'ignored');
    });
  });

  it('says that nothing may be written where a folder takes no files, and restores the rest', async function () {
    if (nothingDenied !== undefined) this.skip();
    bucket.place('w/shut/a', 'a');
    bucket.place('w/shut/new/b', 'b');
    bucket.place('w/open/c', 'c');
    mkdirSync(join(root, 'shut'));
    for (const folder of [temporary.path, root]) chmodSync(folder, 0o777);
    await project.compare();
    const report = await asOrdinaryUser(join(root, 'shut'), () => project.restore(all));
    assert.deepEqual(report.reasons, { 'not-writable': 2 });
    assert.equal(read('open/c'), 'c');
  });

  it('says that the folder is gone where it went since the comparison, and makes none', async () => {
    bucket.place('w/a', 'a');
    await project.compare();
    rmSync(root, { recursive: true });
    await assert.rejects(project.restore(all), { code: 'file-vanished', subject: root });
    assert.equal(existsSync(root), false);
    mkdirSync(root);
  });

  it('brings a deleted tree back with its bytes, modes and times, and the next comparison needs lists alone', async () => {
    await writeTree(root, Object.fromEntries(hostileNames.map(name => [name, `in ${name}`])));
    await writeTree(root, {
      empty: '',
      'one part': Buffer.alloc(8 * mebibyte, 'p'),
      'many/parts': Buffer.from(Array.from({ length: 20 * mebibyte + 7 }, (_, n) => n % 251)),
    });
    const paths = [...hostileNames, 'empty', 'one part', 'many/parts'];
    for (const [index, path] of paths.entries()) {
      const at = 1_400_000_000 + index * 1_000_003.123;
      utimesSync(join(root, path), at, at);
      chmodSync(join(root, path), index % 2 === 0 ? 0o640 : 0o755);
    }
    const before = paths.map(path => [path, stateOf(path)] as const);
    await project.compare();
    await project.backUp(all);
    for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });

    await project.compare();
    const report = await project.restore(all);
    assert.deepEqual(report.problems, []);
    assert.equal(report.done, paths.length);
    assert.deepEqual(
      paths.map(path => [path, stateOf(path)] as const),
      before,
    );

    const calls = bucket.calls.length;
    await project.compare();
    assert.deepEqual(
      bucket.calls.slice(calls).filter(({ operation }) => operation !== 'list'),
      [],
    );
    for (const path of paths) {
      assert.deepEqual(project.row(path).verdict, { kind: 'up-to-date', proof: 'receipt' }, path);
    }
  });

  it('takes a file once that two chosen rows mean, though no file of it was ever here', async () => {
    bucket.place('w/only/there', 'theirs');
    await project.compare();
    const nodes = [
      project.node('only-in-cloud', 'only/there'),
      project.node('only-in-cloud', 'only'),
    ];
    const report = await project.restore({ kind: 'nodes', nodes });
    assert.deepEqual([report.done, report.problems], [1, []]);
    assert.equal(read('only/there'), 'theirs');
  });

  function stateOf(path: string) {
    const { mode, mtimeNs } = statSync(join(root, path), { bigint: true });
    const bytes = readFileSync(join(root, path)).toString('base64');
    return { mode, milliseconds: mtimeNs / 1_000_000n, bytes };
  }

  it('knows restored files as safe at once, though they came from another computer', async () => {
    bucket.place('w/a', 'theirs', { metadata: { mtime: '1600000000.5', mode: '100600' } });
    await project.compare();
    const report = await project.restore(all);
    assert.equal(report.done, 1);
    assert.equal(project.row('a').activity?.kind, 'finished');
    assert.deepEqual(project.row('a').verdict, { kind: 'up-to-date', proof: 'content' });
    const { mode, mtimeMs } = statSync(join(root, 'a'));
    assert.deepEqual([mode & 0o7777, mtimeMs], [0o600, 1_600_000_000_500]);
  });

  it('gives no file the right to act as somebody else, and one without a note the usual ones', async () => {
    bucket.place('w/setuid', 'x', { metadata: { mode: '104755' } });
    bucket.place('w/plain', 'x', { modifiedAtMs: storedAt, metadata: { mode: 'rwx', mtime: '?' } });
    await project.compare();
    await project.restore(all);
    assert.equal(statSync(join(root, 'setuid')).mode & 0o7777, 0o755);
    const { mode, mtimeMs } = statSync(join(root, 'plain'));
    writeFileSync(join(root, 'new'), '');
    assert.deepEqual([mode, mtimeMs], [statSync(join(root, 'new')).mode, storedAt]);
  });

  it('lets nobody read a file, while it is being restored, who may not read it then', async function () {
    if (process.platform === 'win32') this.skip();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) bucket.place(`w/${name}`, name, { metadata: { mode: '100600' } });
    await project.compare();
    const { writeSync } = fs;
    const written: number[] = [];
    fs.writeSync = (fd: number, ...rest: unknown[]) => {
      written.push(fs.fstatSync(fd).mode & 0o777);
      return (writeSync as (...all: unknown[]) => number)(fd, ...rest);
    };
    try {
      assert.equal((await project.restore(all)).done, 4);
    } finally {
      fs.writeSync = writeSync;
    }
    assert.deepEqual(
      written,
      names.map(() => 0o600),
    );
  });

  for (const code of ['EPERM', 'EOPNOTSUPP', undefined]) {
    it(`restores a file though the disk takes neither mode nor time (${code ?? 'unsaid'}), and says so`, async function () {
      if (process.platform === 'win32') this.skip();
      bucket.place('w/a', 'theirs', { metadata: { mtime: '1600000000.5', mode: '100711' } });
      await project.compare();
      const refusing = await refuseAttributes(code);
      const report = await project.restore(all).finally(refusing.restore);
      assert.deepEqual([report.done, report.attributesNotSet, report.problems], [1, 1, []]);
      assert.equal(read('a'), 'theirs');
      assert.deepEqual(entries(report)[0]?.notSet, ['permissions', 'time']);
      for (const rule of ['time', 'smart', 'content'] as const) {
        project.engine.dispose();
        const settings = { 'compare.rule': rule };
        project = new ProjectInMemory({ root, bucket, editor, receipts, settings });
        await project.compare();
        assert.equal(groupOf('a'), 'up-to-date', rule);
      }
    });
  }

  it('leaves nobody without the right to read what another tool has stored', async function () {
    if (process.platform === 'win32') this.skip();
    for (const [path, mode] of [
      ['dec755', '33261'],
      ['dec600', '33152'],
      ['none', '100000'],
      ['odd', '7777777'],
    ] as const) {
      bucket.place(`w/${path}`, path, { metadata: { mode, mtime: '9300000000' } });
    }
    await project.compare();
    const report = await project.restore(all);
    assert.deepEqual([report.done, report.attributesNotSet], [4, 0]);
    const modes = names().map(name => [name, statSync(join(root, name)).mode & 0o777] as const);
    assert.deepEqual(modes.slice(0, 3), [
      ['dec600', 0o600],
      ['dec755', 0o755],
      ['none', 0o400],
    ]);
    await project.compare();
    for (const name of names()) {
      assert.deepEqual(project.row(name).verdict, { kind: 'up-to-date', proof: 'receipt' }, name);
    }
  });

  describe('where a local file is in the place', () => {
    const conflict = { kind: 'nodes' } as const;
    beforeEach(async () => {
      bucket.place('w/d/a.txt', 'cloud', { modifiedAtMs: storedAt });
      await writeTree(root, { 'd/a.txt': 'local!' });
      await project.compare();
    });

    function scope() {
      return { ...conflict, nodes: [project.node('out-of-date', 'd')] };
    }

    it('says so in the plan', async () => {
      const { files, bytes, conflicts } = await project.planRestore(scope());
      assert.deepEqual([files, bytes, conflicts.files, conflicts.newerHere], [1, 5, 1, 1]);
      const [example] = conflicts.examples;
      assert.deepEqual([example?.path, example?.local.size], ['d/a.txt', 6]);
      assert.deepEqual(example?.cloud, { size: 5, modifiedAtMs: storedAt });
    });

    it('replaces nothing without a decision', async () => {
      const { planId } = await project.planRestore(scope());
      const report = await project.engine.run(planId, new AbortController().signal);
      assert.deepEqual([report.planned, report.skipped], [1, 1]);
      assert.equal(read('d/a.txt'), 'local!');
      assert.deepEqual(
        bucket.calls.filter(({ operation }) => operation === 'get'),
        [],
      );
    });

    it('replaces it where that was chosen, and keeps it in the trash', async () => {
      trash = new Map();
      const report = await project.restore(scope(), 'replace');
      assert.equal(report.done, 1);
      assert.equal(read('d/a.txt'), 'cloud');
      assert.deepEqual([...trash], [[join(root, 'd/a.txt'), 'local!']]);
      assert.deepEqual(entries(report)[0]?.replaced, { kind: 'trashed' });
    });

    it('keeps it under a name with the time where there is no trash, and lists it', async () => {
      const report = await project.restore(scope(), 'replace');
      const replaced = entries(report)[0]?.replaced;
      assert.ok(replaced?.kind === 'kept');
      assert.match(replaced.path, /^d\/a \(kept \d{4}-.*\)\.txt$/);
      assert.deepEqual([read(replaced.path), read('d/a.txt')], ['local!', 'cloud']);
    });

    it('backs up no kept copy, says why, and does so where a rule includes it', async () => {
      const report = await project.restore(scope(), 'replace');
      const replaced = entries(report)[0]?.replaced;
      assert.ok(replaced?.kind === 'kept');
      await project.compare();
      assert.equal((await project.plan(all)).files, 0);
      assert.deepEqual(project.row(replaced.path).verdict, {
        kind: 'ignored',
        because: { kind: 'kept-copy' },
        hiddenCopies: 0,
      });
      await writeTree(root, { '.s3backupignore': '!* (kept *)*' });
      await project.engine.filesChanged(project.setup.id, [join(root, '.s3backupignore')]);
      await project.compare();
      assert.equal(groupOf(replaced.path), 'missing-in-cloud');
    });

    it('leaves a file that goes away just then as changed here', async () => {
      const hooked = hookDisk(now => {
        if (now === 'before rename') rmSync(join(root, 'd/a.txt'), { force: true });
      });
      try {
        const report = await project.restore(scope(), 'replace');
        assert.deepEqual(report.reasons, { 'changed-here': 1 });
      } finally {
        hooked.restore();
      }
    });

    for (const moment of [
      'before rename',
      'after rename',
      'after link',
      'before unlink',
      'after unlink',
    ] as const) {
      it(`loses nothing of somebody who saves by replacing the file: ${moment}`, async () => {
        const saved = join(root, 'saved');
        const moments: DiskMoment[] = [];
        const hooked = hookDisk(now => {
          moments.push(now);
          if (now !== moment || moments.indexOf(now) < moments.length - 1) return;
          writeFileSync(saved, 'newest');
          renameSync(saved, join(root, 'd/a.txt'));
        });
        try {
          await project.restore(scope(), 'replace');
        } finally {
          hooked.restore();
        }
        assert.ok(moments.includes(moment), moments.join());
        const contents = readdirSync(join(root, 'd')).map(name => read(join('d', name)));
        assert.ok(contents.includes('newest'), contents.join());
      });
    }

    it('keeps both where that was chosen', async () => {
      const report = await project.restore(scope(), 'keep-both');
      assert.equal(report.done, 1);
      const { restoredAs } = entries(report)[0]!;
      assert.ok(restoredAs !== undefined);
      assert.match(restoredAs, /^d\/a \(cloud 2023-11-1\d .*\)\.txt$/);
      assert.deepEqual([read('d/a.txt'), read(restoredAs)], ['local!', 'cloud']);
      assert.equal(groupOf('d/a.txt'), 'out-of-date');
    });

    it('ends a conflict where both are kept, and asks before that copy is replaced', async () => {
      const inAnHour = Date.now() + 3_600_000;
      bucket.place('w/d/a.txt', 'their copy', { modifiedAtMs: inAnHour });
      await project.compare();
      assert.equal(groupOf('d/a.txt'), 'changed-in-cloud');
      const theirs = { ...conflict, nodes: [project.node('changed-in-cloud', 'd')] };
      const report = await project.restore(theirs, 'keep-both');
      const { restoredAs } = entries(report)[0]!;
      assert.equal(read(restoredAs!), 'their copy');
      assert.deepEqual(project.row('d/a.txt').verdict, { kind: 'out-of-date', because: 'content' });
      await project.compare();
      assert.equal(groupOf('d/a.txt'), 'out-of-date');
      const { files, unknownOrigin } = await project.plan(all);
      assert.deepEqual([files, unknownOrigin.files], [1, 1]);
      await project.backUp(all);
      assert.equal(bucket.bytes('w/d/a.txt')?.toString(), 'local!');
      assert.equal(groupOf('d/a.txt'), 'up-to-date');
      assert.equal(read(restoredAs!), 'their copy');
    });

    it('ends a conflict by name and time, too', async () => {
      const settings = { 'compare.rule': 'time' };
      project.engine.dispose();
      project = new ProjectInMemory({ root, bucket, receipts, settings });
      bucket.place('w/d/a.txt', 'their copy', { modifiedAtMs: Date.now() + 3_600_000 });
      await project.compare();
      assert.equal(groupOf('d/a.txt'), 'changed-in-cloud');
      const theirs = { ...conflict, nodes: [project.node('changed-in-cloud', 'd')] };
      await project.restore(theirs, 'keep-both');
      await project.compare();
      assert.deepEqual(project.row('d/a.txt').verdict, { kind: 'out-of-date', because: 'content' });
      assert.equal((await project.plan(all)).unknownOrigin.files, 1);
      bucket.place('w/d/a.txt', 'their newest', { modifiedAtMs: Date.now() + 7_200_000 });
      await project.compare();
      assert.equal(groupOf('d/a.txt'), 'changed-in-cloud');
    });

    it('has a conflict again where the copy is another than the one that was kept', async () => {
      const inAnHour = Date.now() + 3_600_000;
      bucket.place('w/d/a.txt', 'their copy', { modifiedAtMs: inAnHour });
      await project.compare();
      const theirs = { ...conflict, nodes: [project.node('changed-in-cloud', 'd')] };
      await project.restore(theirs, 'keep-both');
      const { planId } = await project.plan(all);
      bucket.place('w/d/a.txt', 'their newest copy', { modifiedAtMs: inAnHour });
      const report = await project.engine.run(planId, new AbortController().signal);
      assert.deepEqual(report.reasons, { 'changed-in-cloud': 1 });
      await project.compare();
      assert.equal(groupOf('d/a.txt'), 'changed-in-cloud');
    });

    it('decides for one file otherwise than for the rest', async () => {
      bucket.place('w/d/b.txt', 'cloud b', { modifiedAtMs: storedAt });
      await writeTree(root, { 'd/b.txt': 'local b' });
      await project.compare();
      const { planId } = await project.planRestore(scope());
      const other = {
        folder: project.setup.id,
        path: 'd/b.txt' as FilePath,
        choice: 'skip',
      } as const;
      project.engine.chooseConflicts({ planId, choice: 'replace', except: [other] });
      const report = await project.engine.run(planId, new AbortController().signal);
      assert.deepEqual([read('d/a.txt'), read('d/b.txt')], ['cloud', 'local b']);
      assert.deepEqual([report.planned, report.done, report.skipped], [2, 1, 1]);
      assert.deepEqual(report.reasons, { 'skipped-by-choice': 1 });
      const skipped = entries(report).find(({ kind }) => kind === 'skipped');
      assert.equal(skipped?.path, 'd/b.txt');
    });

    it('leaves it where it has changed since the plan, or is being edited', async () => {
      trash = new Map();
      const changes: Record<string, () => void> = {
        written: () => {
          writeFileSync(join(root, 'd/a.txt'), 'newer!');
        },
        touched: () => {
          utimesSync(join(root, 'd/a.txt'), 1, 1);
        },
        deleted: () => {
          rmSync(join(root, 'd/a.txt'));
        },
        unsaved: () => unsaved.add(join(root, 'd/a.txt')),
      };
      for (const [what, change] of Object.entries(changes)) {
        await writeTree(root, { 'd/a.txt': 'local!' });
        await project.compare();
        const { planId } = await project.planRestore(scope());
        project.engine.chooseConflicts({ planId, choice: 'replace', except: [] });
        change();
        const { skipped, reasons } = await project.engine.run(planId, new AbortController().signal);
        const changed = `a file that was ${what} since the plan is skipped`;
        assert.deepEqual([skipped, reasons], [1, { 'changed-here': 1 }], changed);
      }
      assert.equal(trash.size, 0);
      assert.equal(existsSync(join(root, 'd/a.txt')), true);
    });
  });

  it('never replaces what comes into an empty place in the last moment', async () => {
    bucket.place('w/a', 'cloud');
    await project.compare();
    const { planId } = await project.planRestore(all);
    // Between the engine's look and its last step.
    const hooks = hookDisk(moment => {
      if (moment === 'before link') writeFileSync(join(root, 'a'), 'just now');
    });
    try {
      const report = await project.engine.run(planId, new AbortController().signal);
      assert.equal(read('a'), 'just now');
      assert.deepEqual(report.reasons, { 'changed-here': 1 });
    } finally {
      hooks.restore();
    }
  });

  it('refuses what has no safe place here, says so, and restores the rest', async () => {
    for (const key of [
      'ok',
      '../up',
      'a//b',
      '/abs',
      'nul\0',
      './x',
      'marker/',
      'foo',
      'foo/bar',
    ]) {
      bucket.place(`w/${key}`, key);
    }
    bucket.place('w/link/secret', 'x');
    mkdirSync(join(temporary.path, 'elsewhere'));
    symlinkSync(join(temporary.path, 'elsewhere'), join(root, 'link'));
    await project.compare();
    const summary = await project.planRestore(all);
    assert.equal(summary.files, 2);
    const report = await project.restore(all);
    assert.deepEqual(report.problems.map(({ path, failure }) => [path, failure.code]).sort(), [
      ['../up', 'unsafe-name'],
      ['./x', 'unsafe-name'],
      ['/abs', 'unsafe-name'],
      ['a//b', 'unsafe-name'],
      ['foo', 'in-the-way'],
      ['link/secret', 'in-the-way'],
      ['nul\0', 'unsafe-name'],
    ]);
    assert.deepEqual([report.done, report.skipped], [2, 7]);
    assert.deepEqual(names(), ['foo', 'link', 'ok']);
    assert.deepEqual(readdirSync(join(temporary.path, 'elsewhere')), []);
    assert.deepEqual(readdirSync(temporary.path).sort(), ['elsewhere', 'staging-journals', 'w']);
  });

  it('leaves what has too long a name for the disk, by its name, and restores the rest', async () => {
    const long = 'n'.repeat(300);
    for (const path of ['ok', long, `${long}/below`, `d/${long}`, 'd/ok']) {
      bucket.place(`w/${path}`, path);
    }
    await project.compare();
    const { files, refused } = await project.planRestore(all);
    // What is in a folder that is not there yet is only found out then.
    assert.deepEqual([files, refused.files], [3, 2]);
    const report = await project.restore(all);
    assert.deepEqual([report.done, report.skipped, report.failed], [2, 3, 0]);
    assert.deepEqual(report.reasons, { 'name-too-long': 2, 'in-the-way': 1 });
    assert.deepEqual([read('ok'), read('d/ok')], ['ok', 'd/ok']);
    assert.equal(bucket.calls.filter(({ operation }) => operation === 'get').length, 2);
  });

  it('follows no link that takes the place of a folder after the plan', async () => {
    bucket.place('w/d/a', 'x');
    await project.compare();
    const { planId } = await project.planRestore(all);
    mkdirSync(join(temporary.path, 'elsewhere'));
    symlinkSync(join(temporary.path, 'elsewhere'), join(root, 'd'));
    const report = await project.engine.run(planId, new AbortController().signal);
    assert.deepEqual(report.reasons, { 'in-the-way': 1 });
    assert.deepEqual(readdirSync(join(temporary.path, 'elsewhere')), []);
  });

  it('restores an object that was changed since, or is gone, not at all', async () => {
    for (const key of ['changed', 'gone', 'kept']) bucket.place(`w/d/${key}`, key);
    await project.compare();
    const { planId } = await project.planRestore(all);
    bucket.place('w/d/changed', 'another');
    bucket.remove('w/d/gone');
    const report = await project.engine.run(planId, new AbortController().signal);
    assert.deepEqual(report.reasons, { 'changed-in-cloud': 1, 'no-such-key': 1 });
    assert.deepEqual(readdirSync(join(root, 'd')), ['kept']);
  });

  it('keeps nothing of bytes that are not the store’s, and leaves no empty folder', async () => {
    const md5OfOther = 'd41d8cd98f00b204e9800998ecf8427e';
    bucket.place('w/deep/down/a', 'damaged', { etag: md5OfOther });
    await project.compare();
    const report = await project.restore(all);
    assert.deepEqual(report.reasons, { 'not-as-stored': 1 });
    assert.deepEqual(names(), []);
  });

  it('restores, but does not call proved, what nothing of the store’s can be checked by', async () => {
    bucket.place('w/a', 'x', { etag: 'opaque' });
    await project.compare();
    assert.equal((await project.restore(all)).done, 1);
    assert.equal(read('a'), 'x');
    assert.equal(groupOf('a'), 'out-of-date');
  });

  it('lets no file that fails take away the folder of others, and leaves no empty one', async () => {
    const fails = (n: number) => n % 3 !== 0;
    for (let n = 0; n < 90; n++) {
      const key = `w/a/${String(n % 5)}/b/${String(n)}`;
      bucket.place(key, String(n));
      if (fails(n)) bucket.failNext('get', new Failure('access-denied', key), { key });
    }
    bucket.place('w/none/at/all', 'x');
    bucket.failNext('get', new Failure('access-denied', 'x'), { key: 'w/none/at/all' });
    await project.compare();
    const { done, failed, reasons } = await project.restore(all);
    assert.deepEqual([done, failed, reasons], [30, 61, { 'access-denied': 61 }]);
    assert.deepEqual(names(), ['a']);
  });

  it('takes files and folders of the disk, and a failed batch once more', async () => {
    bucket.place('w/d/a', 'a');
    bucket.place('w/d/b', 'b');
    bucket.place('w/other', 'o');
    mkdirSync(join(root, 'd'));
    bucket.failNext('get', new Failure('access-denied', 'w/d/b'), { key: 'w/d/b' });
    await project.compare();
    const first = await project.restore({ kind: 'resources', paths: [join(root, 'd')] });
    assert.deepEqual([first.done, first.failed], [1, 1]);
    const second = await project.restore({ kind: 'failed', planId: first.planId });
    assert.deepEqual([second.planned, second.done], [1, 1]);
    assert.deepEqual(names(), ['d']);
    assert.deepEqual(readdirSync(join(root, 'd')).sort(), ['a', 'b']);
  });

  describe('of an older version', () => {
    const path = 'a.txt' as FilePath;
    beforeEach(() => {
      bucket = memoryBucket({ versioning: 'enabled' });
      startAnew();
    });

    function startAnew(): void {
      project.engine.dispose();
      project = new ProjectInMemory({ root, bucket, receipts });
    }

    async function currentVersion(): Promise<string> {
      const { signal } = new AbortController();
      const versionId = (await bucket.head({ key: 'w/a.txt', signal }))?.versionId;
      assert.ok(versionId !== undefined);
      return versionId;
    }

    /** Returns the version that holds it. */
    async function backUpAs(text: string): Promise<string> {
      await writeTree(root, { [path]: text });
      await project.compare();
      assert.equal((await project.backUp(all)).done, 1);
      return currentVersion();
    }

    it('tries the same one again where that had failed', async () => {
      bucket.place('w/a.txt', 'earlier');
      const versionId = await currentVersion();
      bucket.place('w/a.txt', 'now');
      await project.compare();
      bucket.failNext('get', new Failure('unreachable', 'memory'));
      const { planId, failed } = await project.restore({ kind: 'version', path, versionId });
      assert.equal(failed, 1);
      await project.restore({ kind: 'failed', planId });
      assert.equal(read('a.txt'), 'earlier');
    });

    for (const [what, now] of [
      ['another size', 'the second'],
      ['the same size', 'f1rst'],
    ] as const) {
      it(`replaces no newer copy unasked, now or after a restart: ${what}`, async () => {
        const versionId = await backUpAs('first');
        await backUpAs(now);
        const report = await project.restore({ kind: 'version', path, versionId }, 'replace');
        assert.deepEqual([report.done, read(path)], [1, 'first']);
        await assertConflict('at once');
        await project.compare();
        await assertConflict('compared');
        startAnew();
        await project.compare();
        await assertConflict('restarted');
        assert.equal((await project.restore(all, 'replace')).done, 1);
        assert.deepEqual([read(path), groupOf(path)], [now, 'up-to-date']);
      });
    }

    it('shows what would lie below it as in the way', async () => {
      lookNoMore();
      const versionId = await backUpAs('first');
      bucket.place('w/a.txt/b', 'below');
      rmSync(join(root, path));
      await project.compare();
      assert.equal(groupOf('a.txt/b'), 'only-in-cloud');
      await project.restore({ kind: 'version', path, versionId });
      await eventually(() => {
        assert.equal(groupOf('a.txt/b'), 'ignored');
      });
    });

    async function assertConflict(when: string): Promise<void> {
      const { verdict } = project.row(path);
      assert.equal(verdict.kind, 'changed-in-cloud', when);
      assert.equal((await project.plan(all)).files, 0, when);
    }

    it('is called another version, and not a change in the cloud', async () => {
      const versionId = await backUpAs('first');
      bucket.place('w/a.txt', 'second', { modifiedAtMs: Date.now() - 60_000 });
      await project.compare();
      await project.restore({ kind: 'version', path, versionId }, 'replace');
      const otherVersion = { kind: 'changed-in-cloud', because: 'other-version' };
      assert.deepEqual(project.row(path).verdict, otherVersion);
      await project.compare();
      assert.deepEqual(project.row(path).verdict, otherVersion);
      await writeTree(root, { [path]: 'edited' });
      await project.compare();
      assert.deepEqual(project.row(path).verdict, otherVersion);
    });

    it('replaces no newer copy unasked where the store keeps nothing to check bytes by', async () => {
      bucket.place('w/a.txt', 'first', { etag: 'opaque-1', etagIsOpaque: true });
      const versionId = await currentVersion();
      bucket.place('w/a.txt', 'now', { etag: 'opaque-2', etagIsOpaque: true });
      await project.compare();
      await project.restore({ kind: 'version', path, versionId });
      assert.equal(read(path), 'first');
      await assertConflict('at once');
      await project.compare();
      await assertConflict('compared');
    });

    for (const [how, change] of [
      [
        'replaced',
        () => {
          bucket.place('w/a.txt', 'of somebody else');
        },
      ],
      [
        'removed',
        () => {
          bucket.remove('w/a.txt');
        },
      ],
    ] as const) {
      it(`is not up to date where the copy was ${how} since the comparison`, async () => {
        await backUpAs('first');
        const versionId = await backUpAs('second');
        change();
        await writeTree(root, { [path]: 'edited' });
        const report = await project.restore({ kind: 'version', path, versionId }, 'replace');
        assert.deepEqual([report.done, read(path)], [1, 'second']);
        const now = how === 'replaced' ? 'changed-in-cloud' : 'missing-in-cloud';
        assert.equal(project.row(path).verdict.kind, now);
        await project.compare();
        assert.equal(project.row(path).verdict.kind, now);
      });
    }

    it('is not called up to date where nobody can tell which copy is the current one', async () => {
      await backUpAs('first');
      const versionId = await backUpAs('second');
      const head = bucket.head.bind(bucket);
      bucket.head = request =>
        request.versionId === undefined
          ? Promise.reject(new Failure('access-denied', request.key))
          : head(request);
      const report = await project.restore({ kind: 'version', path, versionId }, 'replace');
      assert.equal(report.done, 1);
      assert.notEqual(groupOf(path), 'up-to-date');
      bucket.head = head;
      await project.compare();
      assert.equal(groupOf(path), 'up-to-date');
    });

    it('tells nothing of the local file that it is put beside', async () => {
      const versionId = await backUpAs('first');
      await backUpAs('second');
      await project.restore({ kind: 'version', path, versionId }, 'keep-both');
      assert.equal(groupOf(path), 'up-to-date');
      await project.compare();
      assert.equal(groupOf(path), 'up-to-date');
    });

    it('knows it as safe where it is the current one after all', async () => {
      await backUpAs('first');
      const versionId = await backUpAs('second');
      await writeTree(root, { [path]: 'edited' });
      await project.compare();
      await project.restore({ kind: 'version', path, versionId }, 'replace');
      assert.deepEqual(project.row(path).verdict, { kind: 'up-to-date', proof: 'content' });
      await project.compare();
      assert.deepEqual(project.row(path).verdict, { kind: 'up-to-date', proof: 'receipt' });
    });
  });

  it('leaves alone what is up to date, and counts it', async () => {
    await writeTree(root, { same: 's', mine: 'm' });
    await project.compare();
    await project.backUp({ kind: 'nodes', nodes: [project.node('missing-in-cloud', 'same')] });
    await project.compare();
    const { files, excluded } = await project.planRestore(all);
    assert.deepEqual([files, excluded], [0, { 'up-to-date': 1, 'missing-in-cloud': 1 }]);
  });

  it('names what lies in an archive, asks for it, and knows then that it is coming', async () => {
    const archived = { storageClass: 'GLACIER', archive: { kind: 'archived' } } as const;
    bucket.place('w/cold', 'c', archived);
    bucket.place('w/warm', 'w');
    await project.compare();
    assert.deepEqual(
      [project.row('cold').archived, project.row('warm').archived],
      [true, undefined],
    );
    assert.equal((await project.planRestore(all)).archived, 1);
    const report = await project.restore(all);
    assert.deepEqual([report.done, report.reasons], [1, { archived: 1 }]);
    const signal = new AbortController().signal;
    const { planId } = report;
    const answer = await project.engine.requestArchived({ planId, days: 7 }, signal);
    assert.deepEqual(answer, { requested: 1, problems: [] });
    const { activity } = project.row('cold');
    assert.ok(activity?.kind === 'failed' && activity.failure.code === 'archive-requested');
    assert.deepEqual((await project.restore(all)).reasons, { 'archive-requested': 1 });
  });

  it('stops soon when it is cancelled, keeps what has arrived, and leaves no half file', async () => {
    for (let n = 0; n < 60; n++) bucket.place(`w/d/${String(n)}`, 'x'.repeat(n));
    await project.compare();
    const { planId } = await project.planRestore(all);
    const hold = bucket.holdNext('get', { key: 'w/d/40' });
    const controller = new AbortController();
    const running = project.engine.run(planId, controller.signal);
    await hold.reached;
    await eventually(() => {
      const arrived = readdirSync(join(root, 'd')).filter(name => /^\d+$/.test(name));
      assert.ok(arrived.length > 0);
    });
    controller.abort();
    const { done, cancelled, planned } = await running;
    assert.ok(cancelled > 0 && done > 0);
    assert.equal(done + cancelled, planned);
    const arrived = readdirSync(join(root, 'd'));
    assert.equal(arrived.length, done);
    for (const name of arrived) assert.equal(read(`d/${name}`).length, Number(name));
  });

  it('fails clearly for what a full disk has no room for, and keeps the rest', async function () {
    const outcome = await onSmallDisk('restoreFullDiskWorker', temporary.path, '6m');
    if ('unavailable' in outcome) {
      this.test!.title += ` (${outcome.unavailable})`;
      this.skip();
    }
    const { report, files, fetchedInVain } = outcome.told as RestoreStory;
    assert.deepEqual(Object.keys(report.reasons), ['disk-full']);
    assert.equal(report.done + report.failed, report.planned);
    const found = new Map(files);
    assert.equal(found.size, report.done + 1, 'the old one is kept, too');
    assert.equal(found.get('old'), 3);
    for (let n = 0; n < 20; n++) assert.equal(found.get(`small/${String(n)}`), n);
    const big = files.filter(([path]) => path.startsWith('big/'));
    assert.ok(big.length > 0 && big.length < 4);
    assert.ok(big.every(([, size]) => size === 1.5 * mebibyte));
    assert.equal(fetchedInVain, 0);
  });

  it('goes by the room of the disk where the file is to be, and of a sparse file needs no more than it took up', async function () {
    const outcome = await onSmallDisk('restoreSparseWorker', temporary.path, '8m');
    if ('unavailable' in outcome) {
      this.test!.title += ` (${outcome.unavailable})`;
      this.skip();
    }
    const { freed, restored, isSame, allocated, roomy, rightSizes } = outcome.told as SparseStory;
    assert.deepEqual([freed.done, freed.problems], [1, []]);
    assert.deepEqual([restored.done, restored.problems], [1, []]);
    assert.ok(isSame && allocated <= mebibyte, String(allocated));
    // On the disk of the folder there is no room, on the one mounted below there is.
    assert.deepEqual([roomy.done, roomy.reasons], [1, { 'disk-full': 1 }]);
    assert.ok(rightSizes);
  });
});
