import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { finishedRowMs } from '../../../src/engine/comparison/comparison';
import type { EditorPort } from '../../../src/engine/ports/editorPort';
import { Failure } from '../../../src/engine/failures/failure';
import {
  SqliteStagingJournal,
  type StagingJournal,
} from '../../../src/engine/staging/stagingJournal';
import type { FreeUpScope, FreeUpSummary, FreeUpMethod } from '../../../src/protocol/freeUp';
import type { Report } from '../../../src/protocol/reports';
import { callsSafe } from '../../../src/protocol/verdicts';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { eventually } from '../../support/suite/eventually';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { notedAttributes } from '../../support/disk/notedAttributes';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const signal = new AbortController().signal;
const aLongTimeAgo = Date.UTC(2020, 0, 1);

describe('Freeing space', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let journal: StagingJournal;
  let project: ProjectInMemory;
  let unsaved: Set<string>;

  beforeEach(async () => {
    folder = await temporaryFolder('freeing');
    root = join(folder.path, 'project');
    bucket = memoryBucket();
    unsaved = new Set();
    journal = new SqliteStagingJournal(join(folder.path, 'staging-journals'));
    const editor: EditorPort = {
      isUnsaved: path => Promise.resolve(unsaved.has(path)),
      moveToTrash: path => {
        renameSync(path, join(folder.path, 'trashed'));
        return Promise.resolve('trashed');
      },
    };
    project = new ProjectInMemory({
      root,
      bucket,
      settings: { exclude: ['node_modules'] },
      editor,
      journal,
    });
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  /** Files on the disk that are proved to be in the cloud. */
  async function safe(files: Readonly<Record<string, string>>): Promise<void> {
    await writeTree(root, files, aLongTimeAgo);
    await project.compare();
    await project.backUp({ kind: 'all' });
    await project.compare();
  }

  const plan = (scope: FreeUpScope): Promise<FreeUpSummary> =>
    project.engine.planFreeUp({ folders: [{ setup: project.setup, scope }] }, signal);

  async function free(scope: FreeUpScope, way: FreeUpMethod = 'delete'): Promise<Report> {
    const { planId } = await plan(scope);
    project.engine.chooseFreeUpMethod({ planId, method: way });
    return project.engine.run(planId, signal);
  }

  const isThere = (path: string) => existsSync(join(root, path));
  const verdict = (path: string) => project.row(path).verdict.kind;
  const everything: FreeUpScope = { kind: 'all' };

  it('removes everything proved, and shows it as only in the cloud', async () => {
    await safe({ 'a.txt': 'aa', 'sub/b.txt': 'bbb' });
    const summary = await plan(everything);
    assert.equal(summary.files, 2);
    assert.equal(summary.bytes, 5);
    assert.deepEqual(summary.largest[0], { path: 'sub/b.txt', bytes: 3 });
    const report = await free(everything);
    assert.equal(report.work, 'free-up');
    assert.equal(report.done, 2);
    assert.equal(report.bytes, 5);
    assert.ok(!isThere('a.txt') && !isThere('sub/b.txt') && isThere('sub'));
    await eventually(() => {
      assert.ok(verdict('a.txt') === 'only-in-cloud');
    });
    const calls = bucket.calls.length;
    await project.compare();
    assert.equal(verdict('sub/b.txt'), 'only-in-cloud');
    const since = bucket.calls.slice(calls).map(({ operation }) => operation);
    assert.deepEqual(new Set(since), new Set(['list']));
  });

  it('takes what has just been backed up, before its row has moved', async () => {
    await writeTree(root, { 'a.txt': 'aa', 'sub/b.txt': 'bbb' }, aLongTimeAgo);
    await project.compare();
    await project.backUp({ kind: 'all' });
    assert.equal((await plan(everything)).files, 2);
    const nodes = [project.node('up-to-date', 'sub')];
    assert.equal((await plan({ kind: 'nodes', nodes })).files, 1);
  });

  it('can be taken back at once, before the rows have moved', async () => {
    await safe({ 'a.txt': 'aa', 'sub/b.txt': 'bbb' });
    await free(everything);
    const nodes = [project.node('only-in-cloud')];
    assert.equal((await project.planRestore({ kind: 'nodes', nodes })).files, 2);
  });

  it('keeps the row of a freed file in its place for a moment, ticked', async () => {
    await safe({ 'a.txt': 'aa' });
    const begun = Date.now();
    await free(everything);
    await project.engine.filesChanged(project.setup.id, [join(root, 'a.txt')]);
    const row = project.row('a.txt');
    if (Date.now() - begun < finishedRowMs) assert.equal(row.activity?.kind, 'finished');
    assert.equal(row.verdict.kind, 'only-in-cloud');
  });

  it('names what stays in a folder, by reason', async () => {
    await safe({ 'sub/a.txt': 'aa', 'sub/.gitignore': '', 'sub/old.txt': '1', 'c.txt': 'c' });
    bucket.place('w/sub/far.txt', 'far');
    await writeTree(root, {
      'sub/old.txt': '22',
      'sub/new.txt': 'n',
      'sub/node_modules/x.js': 'x',
    });
    await project.compare();
    const node = project.node('up-to-date', 'sub');
    const { files, kept } = await plan({ kind: 'nodes', nodes: [node] });
    assert.equal(files, 1);
    const byReason = Object.fromEntries(kept.map(each => [each.because, each.examples]));
    assert.deepEqual(byReason['out-of-date'], ['sub/old.txt']);
    assert.deepEqual(byReason['missing-in-cloud'], ['sub/new.txt']);
    assert.deepEqual(byReason['ignored'], ['sub/node_modules']);
    assert.deepEqual(byReason['ignore-file'], ['sub/.gitignore']);
    const all = kept.reduce((sum, each) => sum + each.files, 0);
    assert.equal(all, 4, 'What is not here does not stay here.');
  });

  it('takes only what is proved', async () => {
    await writeTree(root, { 'a.txt': 'aa', 'b.txt': 'bb' }, aLongTimeAgo);
    bucket.place('w/a.txt', 'aa', { etag: 'no-digest' });
    bucket.place('w/b.txt', 'bb', notedAttributes(join(root, 'b.txt')));
    await project.compare();
    await eventually(() => {
      const { verdict } = project.row('b.txt');
      assert.ok(verdict.kind === 'up-to-date' && verdict.proof === 'content');
    });
    const summary = await plan(everything);
    assert.equal(summary.files, 1);
    assert.deepEqual(summary.kept, [{ because: 'not-proved', files: 1, examples: ['a.txt'] }]);
    await free(everything);
    assert.deepEqual(readdirSync(root), ['a.txt']);
  });

  it('compares what was chosen on the disk anew', async () => {
    await safe({ 'sub/a.txt': 'aa', 'b.txt': 'b' });
    bucket.place('w/sub/a.txt', 'changed by somebody');
    const { files, kept } = await plan({ kind: 'resources', paths: [join(root, 'sub')] });
    assert.equal(files, 0);
    assert.equal(kept[0]?.because, 'changed-in-cloud');
  });

  it('says whether versions are kept, and keeps what has an archived copy', async () => {
    await safe({ 'a.txt': 'aa' });
    const summary = await plan(everything);
    assert.equal(summary.keepsVersions, false);
    assert.deepEqual(summary.kept, []);
    bucket.change('w/a.txt', { storageClass: 'GLACIER', archive: { kind: 'archived' } });
    await project.compare();
    const { files, kept } = await plan(everything);
    assert.equal(files, 0);
    assert.deepEqual(kept, [{ because: 'archived', files: 1, examples: ['a.txt'] }]);
  });

  it('keeps what no list of the store shows, and asks it for few lists', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `sub/deep/${String(index)}.txt`);
    await safe({ ...Object.fromEntries(names.map(name => [name, name])), 'sub/b.txt': 'b' });
    const { planId } = await plan(everything);
    project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    bucket.hide('w/sub/deep/7.txt');
    const calls = bucket.calls.length;
    const { done, reasons } = await project.engine.run(planId, signal);
    assert.deepEqual([done, reasons], [30, { 'not-listed': 1 }]);
    assert.ok(isThere('sub/deep/7.txt'));
    const lists = bucket.calls.slice(calls).filter(({ operation }) => operation === 'list');
    assert.deepEqual(lists[0], { operation: 'list', key: 'w/sub/' });
    // The other one is that of the files that have stayed.
    assert.ok(lists.length <= 2, JSON.stringify(lists));
  });

  it('says of every file why it stays where the store gives no list', async () => {
    await safe(Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`s/${String(n)}`, 'x'])));
    const { planId } = await plan(everything);
    project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    bucket.failNext('list', new Failure('access-denied', 'memory'));
    const { done, reasons } = await project.engine.run(planId, signal);
    assert.deepEqual([done, reasons], [0, { 'access-denied': 25 }]);
    assert.equal(readdirSync(join(root, 's')).length, 25);
  });

  it('runs no plan whose method was not chosen, and none twice', async () => {
    await safe({ 'a.txt': 'aa' });
    const { planId } = await plan(everything);
    await assert.rejects(project.engine.run(planId, signal), { code: 'plan-outdated' });
    assert.ok(isThere('a.txt'));
    project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    assert.equal((await project.engine.run(planId, signal)).done, 1);
    await assert.rejects(project.engine.run(planId, signal), { code: 'plan-outdated' });
  });

  for (const way of ['delete', 'trash'] as const) {
    it(`asks before another file replaces the copy of one that it let go by ${way}`, async () => {
      await safe({ 'app.log': 'the first' });
      await free(everything, way);
      await writeTree(root, { 'app.log': 'the second' });
      await project.compare();
      assert.equal(verdict('app.log'), 'out-of-date');
      const nodes = [project.node('out-of-date', 'app.log')];
      for (const scope of [
        { kind: 'nodes', nodes } as const,
        { kind: 'all' } as const,
        project.resources('app.log'),
      ]) {
        const { unknownOrigin } = await project.plan(scope);
        const { files, originals, examples } = unknownOrigin;
        assert.deepEqual([files, originals, examples], [1, 1, ['app.log']], scope.kind);
      }
      assert.equal((await project.backUp({ kind: 'all' })).done, 1);
      // From now on it is a copy like any other.
      await writeTree(root, { 'app.log': 'the second, changed' });
      await project.compare();
      assert.equal((await project.plan({ kind: 'all' })).unknownOrigin.files, 0);
    });
  }

  it('takes a copy for one again whose file was restored, or put back by somebody', async () => {
    await safe({ 'restored.txt': 'aa', 'back.txt': 'bb' });
    await free(everything);
    await project.compare();
    await writeTree(root, { 'back.txt': 'bb' }, aLongTimeAgo);
    await project.compare();
    assert.equal((await project.restore({ kind: 'all' })).done, 1);
    assert.ok(isThere('restored.txt'));
    await writeTree(root, { 'restored.txt': 'changed', 'back.txt': 'changed' });
    await project.compare();
    const { files, unknownOrigin } = await project.plan({ kind: 'all' });
    assert.deepEqual([files, unknownOrigin.files], [2, 0]);
  });

  it('takes a copy for one still whose file has stayed', async () => {
    await safe({ 'a.txt': 'aa' });
    bucket.failNext('get', new Failure('access-denied', 'w/a.txt'));
    assert.deepEqual((await free(everything)).reasons, { 'copy-unreadable': 1 });
    await writeTree(root, { 'a.txt': 'changed' });
    await project.compare();
    const { files, unknownOrigin } = await project.plan({ kind: 'all' });
    assert.deepEqual([files, unknownOrigin.files], [1, 0]);
  });

  it('finds a copy again that the store no longer lists, and brings it back', async () => {
    await safe({ 'hidden.txt': 'aa', 'gone.txt': 'bb', 'listed.txt': 'cc' });
    await free(everything);
    bucket.hide('w/hidden.txt');
    bucket.remove('w/gone.txt');
    await project.compare();
    assert.deepEqual(project.row('hidden.txt').verdict, {
      kind: 'only-in-cloud',
      because: 'not-listed',
    });
    assert.deepEqual(project.row('listed.txt').verdict, { kind: 'only-in-cloud' });
    assert.equal(verdict('gone.txt'), 'lost');
    assert.equal((await project.restore({ kind: 'all' })).done, 2);
    assert.ok(isThere('hidden.txt') && isThere('listed.txt'));
  });

  it('cannot check what the store says nothing of when it is asked', async () => {
    await safe({ 'hidden.txt': 'aa' });
    await free(everything);
    bucket.hide('w/hidden.txt');
    bucket.failNext('head', new Failure('access-denied', 'w/hidden.txt'));
    await project.compare();
    assert.equal(verdict('hidden.txt'), 'unchecked');
    // That it is not on the disk is known, and says nothing new.
    await project.engine.filesChanged(project.setup.id, [join(root, 'hidden.txt'), root]);
    assert.equal(verdict('hidden.txt'), 'unchecked');
    await project.compare();
    assert.equal(verdict('hidden.txt'), 'only-in-cloud');
  });

  it('never frees a file whose copy no list shows, and does not send it again', async () => {
    await safe({ 'hidden.txt': 'aa' });
    bucket.hide('w/hidden.txt');
    await project.compare();
    const row = project.row('hidden.txt').verdict;
    assert.ok(row.kind === 'unchecked' && row.failure.code === 'not-listed');
    assert.equal((await plan(everything)).files, 0);
    const nodes = [project.node('unchecked', 'hidden.txt')];
    assert.equal((await plan({ kind: 'nodes', nodes })).files, 0);
    assert.equal((await project.plan({ kind: 'all' })).files, 0);
  });

  it('asks for no more than a hundred lost copies', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `${String(index)}.txt`);
    await safe(Object.fromEntries(names.map(name => [name, name])));
    await free(everything);
    for (const name of names) bucket.remove(`w/${name}`);
    const calls = bucket.calls.length;
    await project.compare();
    const asked = bucket.calls.slice(calls).filter(({ operation }) => operation === 'head');
    assert.equal(asked.length, 100);
    assert.ok(names.every(name => verdict(name) === 'lost'));
  });

  it('moves to the trash what is to go there', async () => {
    await safe({ 'a.txt': 'aa' });
    const report = await free(everything, 'trash');
    assert.equal(report.work, 'trash');
    assert.equal(report.done, 1);
    assert.ok(existsSync(join(folder.path, 'trashed')));
  });

  it('leaves what was lost or replaced in the cloud, and shows what it is now', async () => {
    await safe({ 'lost.txt': 'aa', 'replaced.txt': 'bb', 'fine.txt': 'cc' });
    const { planId } = await plan(everything);
    project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    bucket.remove('w/lost.txt');
    bucket.place('w/replaced.txt', 'somebody else’s');
    const report = await project.engine.run(planId, signal);
    assert.equal(report.done, 1);
    assert.equal(report.skipped, 2);
    assert.deepEqual(report.reasons, { 'no-such-key': 1, 'copy-differs': 1 });
    assert.deepEqual(readdirSync(root).sort(), ['lost.txt', 'replaced.txt']);
    await eventually(() => {
      assert.ok(verdict('lost.txt') === 'missing-in-cloud');
    });
    await eventually(() => {
      assert.ok(verdict('replaced.txt') === 'changed-in-cloud');
    });
  });

  it('says at the row why a file stays that is as safe as before', async () => {
    await safe({ 'a.txt': 'aa' });
    const { planId } = await plan(everything);
    project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    const hold = bucket.holdNext('head');
    const running = project.engine.run(planId, signal);
    await hold.reached;
    unsaved.add(join(root, 'a.txt'));
    hold.release();
    assert.deepEqual((await running).reasons, { unsaved: 1 });
    assert.ok(isThere('a.txt'));
    await eventually(() => {
      const { verdict: is, activity } = project.row('a.txt');
      assert.ok(is.kind === 'up-to-date' && is.proof === 'receipt');
      assert.equal(activity?.kind, 'failed');
    });
  });

  it('frees what would come back with another time or mode only where the user has said so', async () => {
    await safe({ 'ours.txt': 'ours', 'changed.txt': 'changed' });
    await writeTree(root, { 'theirs.txt': 'theirs', 'edited.txt': 'theirs' }, aLongTimeAgo);
    // By a tool that notes neither.
    for (const path of ['theirs.txt', 'edited.txt']) bucket.place(`w/${path}`, 'theirs');
    chmodSync(join(root, 'changed.txt'), 0o600);
    await project.compare();
    const nodes = [project.node('up-to-date')];
    const chosen = { setup: project.setup, scope: { kind: 'nodes', nodes } } as const;
    await project.engine.verify({ folders: [chosen] }, signal);
    // They are proved in the background, too.
    await eventually(() => {
      for (const [path, { activity, verdict }] of project.rows()) {
        assert.equal(activity, undefined, path);
        assert.ok(verdict.kind === 'up-to-date' && callsSafe(verdict.proof), path);
      }
    });
    const first = await free(everything);
    const kept = process.platform === 'win32' ? 2 : 3;
    assert.deepEqual([first.done, first.reasons], [4 - kept, { 'attributes-differ': kept }]);

    const scope: FreeUpScope = { kind: 'other-attributes', planId: first.planId };
    await writeTree(root, { 'edited.txt': 'edited' });
    const summary = await plan(scope);
    assert.deepEqual([summary.files, summary.otherAttributes], [kept - 1, kept - 1]);
    const second = await free(scope);
    assert.deepEqual([second.done, second.problems], [kept - 1, []]);
    assert.deepEqual([isThere('theirs.txt'), isThere('edited.txt')], [false, true]);
    assert.equal((await plan(everything)).otherAttributes, 0);
  });

  it('leaves every file here or there when it is cancelled, and accounts for all', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`${String(index)}.txt`, 'x'.repeat(index + 1)]),
    );
    await safe(files);
    const cancel = new AbortController();
    const { planId } = await plan(everything);
    project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    const hold = bucket.holdNext('head', { after: 20 });
    const running = project.engine.run(planId, cancel.signal);
    await hold.reached;
    cancel.abort();
    const report = await running;
    assert.ok(report.cancelled > 0 && report.failed === 0 && report.skipped === 0);
    assert.equal(report.done + report.cancelled, 60);
    const left = readdirSync(root);
    assert.equal(left.length, report.cancelled);
    assert.ok(
      left.every(name => name in files),
      left.join(', '),
    );
    await eventually(() => {
      assert.ok(left.every(name => verdict(name) === 'up-to-date'));
    });
    // What was put back is as safe as before, and can go at once.
    assert.equal((await free(everything)).done, left.length);
  });

  it('leaves alone what is under way in another batch', async () => {
    await safe({ 'a.txt': 'aa' });
    await writeFile(join(root, 'a.txt'), 'new');
    await project.engine.filesChanged(project.setup.id, [join(root, 'a.txt')]);
    const hold = bucket.holdNext('put');
    const uploading = project.backUp({ kind: 'all' });
    await hold.reached;
    const summary = await plan({ kind: 'nodes', nodes: [project.node('out-of-date')] });
    assert.equal(summary.files, 0);
    hold.release();
    await uploading;
  });
});
