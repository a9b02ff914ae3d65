import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Engine } from '../../../src/engine/session/engine';
import { Failure } from '../../../src/engine/failures/failure';
import { rootPath, type FolderSetup } from '../../../src/protocol/folders';
import type { PlanSummary } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import type { FileRow } from '../../../src/protocol/rows';
import type { State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { startEngine } from '../../support/engine/startEngine';
import { aFolder } from '../../support/engine/aFolder';

const posix = process.platform !== 'win32';

describe('Bad input, from the comparison to the report', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let engine: Engine;
  let setup: FolderSetup;
  let state: State;

  beforeEach(async () => {
    folder = await temporaryFolder('bad-input');
    root = join(folder.path, 'project');
    mkdirSync(root);
    bucket = memoryBucket();
    engine = startEngine({
      bucket,
      onState: now => {
        state = now;
      },
    });
    const id = pathToFileURL(root).href;
    setup = aFolder({
      id,
      name: 'project',
      root,
      prefix: 'p/',
    });
  });
  afterEach(async () => {
    engine.dispose();
    await folder.remove();
  });

  const signal = (): AbortSignal => AbortSignal.timeout(15_000);

  async function plan(): Promise<PlanSummary> {
    await engine.compare([setup], signal());
    return engine.planBackUp({ folders: [{ setup, scope: { kind: 'all' } }] }, signal());
  }

  async function backUpAll(): Promise<Report> {
    return engine.run((await plan()).planId, signal());
  }

  function row(group: Group, path: string): FileRow {
    const node = { folder: setup.id, group, path: rootPath };
    const { rows } = engine.children({ node, layout: 'list', offset: 0, limit: 1_000 });
    const found = rows.find(each => each.path === path);
    assert.ok(found?.kind === 'file', `${path} among ${rows.map(each => each.path).join()}`);
    return found;
  }

  /** The code of a row that could not be checked. */
  function unchecked(path: string): string {
    const { verdict } = row('unchecked', path);
    return verdict.kind === 'unchecked' ? verdict.failure.code : verdict.kind;
  }

  function filesIn(group: Group): number {
    const [comparison] = state.comparisons;
    assert.ok(comparison);
    const sum = groups.reduce((files, each) => files + comparison.groups[each].files, 0);
    assert.equal(sum, comparison.found);
    return comparison.groups[group].files;
  }

  function adds({ planned, done, failed, skipped, cancelled }: Report): void {
    assert.equal(done + failed + skipped + cancelled, planned);
  }

  it('fails an unreadable file by its name, and backs up the others', async function () {
    if (nothingDenied !== undefined) this.skip();
    await writeTree(root, { secret: 's', 'shut/x': 'x', open: 'o' });
    chmodSync(join(root, 'secret'), 0);
    chmodSync(join(root, 'shut'), 0);
    await asOrdinaryUser(folder.path, async () => {
      const report = await backUpAll();
      adds(report);
      assert.deepEqual([report.planned, report.done, report.failed], [2, 1, 1]);
      const [trouble] = report.problems;
      assert.equal(trouble?.path, 'secret');
      assert.equal(trouble.failure.code, 'not-readable');
      assert.equal(unchecked('shut'), 'not-readable');
      assert.ok(row('unchecked', 'shut').isFolder);
      const { activity } = row('missing-in-cloud', 'secret');
      assert.ok(activity?.kind === 'failed' && activity.failure.code === 'not-readable');
    });
    chmodSync(join(root, 'shut'), 0o755);
    assert.deepEqual(bucket.keys, ['p/open']);
  });

  it('skips a file that vanishes after the plan, with its name', async () => {
    await writeTree(root, { stays: 's', goes: 'g', 'folder/goes': 'g' });
    const { planId, files } = await plan();
    assert.equal(files, 3);
    rmSync(join(root, 'goes'));
    rmSync(join(root, 'folder'), { recursive: true });
    const report = await engine.run(planId, signal());
    adds(report);
    assert.deepEqual([report.done, report.skipped, report.failed], [1, 2, 0]);
    assert.deepEqual(
      report.problems.map(({ path, failure }) => [path, failure.code]),
      [
        ['folder/goes', 'file-vanished'],
        ['goes', 'file-vanished'],
      ],
    );
  });

  it('backs up empty files', async () => {
    await writeTree(root, { empty: '', 'a/__init__.py': '' });
    assert.equal((await backUpAll()).done, 2);
    assert.equal(bucket.bytes('p/empty')?.byteLength, 0);
    await engine.compare([setup], signal());
    assert.equal(filesIn('up-to-date'), 2);
  });

  it('cannot check names that are no Unicode, lone surrogates among them', async function () {
    if (process.platform !== 'linux') this.skip();
    const surrogate = Buffer.from([0x61, 0xed, 0xa0, 0x80]);
    for (const name of [Buffer.from([0x63, 0xe9]), surrogate]) {
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), 'x');
    }
    await writeTree(root, { fine: 'f' });
    assert.equal((await backUpAll()).done, 1);
    assert.equal(unchecked('c\\xe9'), 'name-not-unicode');
    assert.equal(unchecked('a\\xed\\xa0\\x80'), 'name-not-unicode');
    assert.deepEqual(bucket.keys, ['p/fine']);
  });

  it('cannot check a file whose key would be longer than a bucket takes', async function () {
    if (!posix) this.skip();
    const deep = `${'d'.repeat(200)}/`.repeat(5);
    const fits = `${deep}${'f'.repeat(1_024 - Buffer.byteLength(`p/${deep}`))}`;
    await writeTree(root, { [fits]: 'f', [`${fits}f`]: 'too long' });
    assert.equal((await backUpAll()).done, 1);
    assert.equal(unchecked(`${fits}f`), 'key-too-long');
    assert.deepEqual(bucket.keys, [`p/${fits}`]);
  });

  it('keeps both of two names that differ only in how Unicode is composed', async function () {
    if (process.platform !== 'linux') this.skip();
    await writeTree(root, { 'caf\u00e9': 'composed', 'cafe\u0301': 'decomposed' });
    assert.equal((await backUpAll()).done, 2);
    assert.equal(bucket.bytes('p/caf\u00e9')?.toString(), 'composed');
    assert.equal(bucket.bytes('p/cafe\u0301')?.toString(), 'decomposed');
    await engine.compare([setup], signal());
    assert.equal(filesIn('up-to-date'), 2);
  });

  it('ignores links, pipes and sockets with the reason, and follows no loop', async function () {
    if (!posix) this.skip();
    await writeTree(root, { 'dir/file': 'f' });
    symlinkSync('..', join(root, 'dir', 'loop'));
    symlinkSync('dir/file', join(root, 'link'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    assert.equal((await backUpAll()).done, 1);
    const reasons = ['dir/loop', 'link', 'pipe'].map(path => {
      const { verdict } = row('ignored', path);
      return verdict.kind === 'ignored' ? verdict.because.kind : verdict.kind;
    });
    assert.deepEqual(reasons, ['link', 'link', 'special-file']);
    assert.deepEqual(bucket.keys, ['p/dir/file']);
  });

  it('sets keys aside that no file can have, each with what is wrong with it', async () => {
    await writeTree(root, { a: 'a' });
    const odd = { 'a//b': 'empty-segment', '../x': 'dot-segment', 'tail/': 'folder-marker' };
    for (const key of Object.keys(odd)) bucket.place(`p/${key}`, 'x');
    assert.equal((await backUpAll()).planned, 1);
    assert.equal(filesIn('only-in-cloud'), 0);
    for (const [key, fault] of Object.entries(odd)) {
      const { verdict } = row('ignored', key);
      assert.ok(verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path');
      assert.equal(verdict.because.fault, fault);
    }
  });

  it('stops sending to a bucket that is gone, and accounts for what was left', async () => {
    const files = 200;
    await writeTree(
      root,
      Object.fromEntries(Array.from({ length: files }, (_, n) => [String(n), 'x'] as const)),
    );
    const { planId } = await plan();
    const sent = bucket.calls.length;
    const isGone = new Failure('no-such-bucket', 'memory');
    // All that are under way when the first answer comes meet the same fate.
    for (let n = 0; n < 64; n++) bucket.failNext('put', isGone, n === 0 ? { after: 100 } : {});
    const report = await engine.run(planId, signal());
    adds(report);
    assert.ok(report.done <= 100);
    assert.equal(report.done + report.failed, files);
    assert.ok(report.problems.every(({ failure }) => failure.code === 'no-such-bucket'));
    assert.ok(bucket.calls.length - sent <= 164, `${String(bucket.calls.length - sent)} calls`);
  });

  it('names the setting that has a wrong value, and compares nothing', async () => {
    const wrong = { endpoint: 'nonsense', region: 5, profile: [], forcePathStyle: 'x', exclude: 7 };
    for (const [name, value] of Object.entries(wrong)) {
      const settings = { [name]: value };
      await assert.rejects(engine.compare([{ ...setup, settings }], signal()), {
        code: 'invalid-setting',
        subject: `s3Backup.${name}`,
      });
      assert.ok(state.kind === 'failed');
      assert.equal(state.failures[0]?.failure.code, 'invalid-setting');
    }
    assert.deepEqual(bucket.calls, []);
  });
});
