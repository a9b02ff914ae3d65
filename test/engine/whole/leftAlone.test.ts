import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { Failure } from '../../../src/engine/failures/failure';
import type { PlannedFile } from '../../../src/protocol/plans';
import type { Report, ReportEntry } from '../../../src/protocol/reports';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

describe('The report of a back-up', () => {
  const all = { kind: 'all' } as const;
  const never = new AbortController().signal;

  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('leftAlone');
    bucket = memoryBucket();
    project = new ProjectInMemory({ root: folder.path, bucket });
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  const at = (path: string) => join(folder.path, path);

  /** A conflict, a secret, one to leave out, and two of which one will be refused. */
  async function aFolderOfEverything() {
    await writeTree(folder.path, { conflict: 'mine' });
    await project.compare();
    await project.backUp(all);
    bucket.place('w/conflict', 'theirs, later', { modifiedAtMs: Date.now() + 60_000 });
    writeFileSync(at('conflict'), 'mine, changed');
    await writeTree(folder.path, { '.env': 'TOKEN=1', broken: 'b', unsaved: 'u', fine: 'f' });
    await project.compare();
    assert.equal(project.row('conflict').verdict.kind, 'changed-in-cloud');
    return ['conflict', '.env', 'broken', 'unsaved', 'fine'];
  }

  function entriesOf(report: Report): readonly ReportEntry[] {
    const { entries, total } = project.engine.reportPage({
      planId: report.planId,
      offset: 0,
      limit: 100,
    });
    assert.equal(entries.length, total);
    return entries;
  }

  function assertAddsUp(report: Report, meant: readonly string[]) {
    const { done, failed, skipped, cancelled, leftAlone } = report;
    assert.equal(done + failed + skipped + cancelled + leftAlone, meant.length);
    const named = entriesOf(report).map(({ path }) => path as string);
    assert.deepEqual(named.toSorted(), [...meant].toSorted());
  }

  const leftAloneIn = (entries: readonly ReportEntry[]) =>
    Object.fromEntries(
      entries.filter(({ kind }) => kind === 'left-alone').map(each => [each.path, each.because]),
    );

  it('names every file that was meant, also those that it left alone', async () => {
    const meant = await aFolderOfEverything();
    const { planId } = await project.plan(all);
    const { plannedBackUps } = project.engine;
    const secrets = plannedBackUps.unaskedSecrets(planId);
    await plannedBackUps.takeOut({ planId, files: secrets }, never);
    const files: readonly PlannedFile[] = plannedBackUps.among(planId, [at('unsaved')]);
    plannedBackUps.leaveOut({ planId, because: 'unsaved', files });
    bucket.failNext('put', new Failure('access-denied', 'broken'));
    const report = await project.engine.run(planId, never);
    assert.deepEqual([report.done, report.failed, report.skipped, report.leftAlone], [1, 1, 1, 2]);
    assert.equal(report.planned, 3);
    assertAddsUp(report, meant);
    const entries = entriesOf(report);
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      ['failed', 'skipped', 'left-alone', 'left-alone', 'done'],
    );
    assert.deepEqual(leftAloneIn(entries), { conflict: 'changed-in-cloud', '.env': 'ignored' });
  });

  it('names what nobody could be asked about', async () => {
    const meant = await aFolderOfEverything();
    const { planId } = await project.plan(project.resources(...meant));
    const rest = await project.engine.plannedBackUps.takeOutQuestions(planId, never);
    assert.equal(rest.files, 3);
    const report = await project.engine.run(planId, never);
    assert.deepEqual([report.done, report.leftAlone], [3, 2]);
    assertAddsUp(report, meant);
    assert.deepEqual(leftAloneIn(entriesOf(report)), {
      conflict: 'changed-in-cloud',
      '.env': 'unasked',
    });
  });

  it('names no file as left alone that needs no upload', async () => {
    await writeTree(folder.path, { same: 's', fresh: 'f' });
    bucket.place('w/same', 's');
    await project.compare();
    const report = await project.backUp(project.resources('same', 'fresh'));
    assert.deepEqual([report.done, report.leftAlone], [1, 0]);
    assertAddsUp(report, ['fresh']);
  });

  it('does not try again what was left alone when what failed is tried again', async () => {
    await aFolderOfEverything();
    const { planId } = await project.plan(all);
    bucket.failNext('put', new Failure('access-denied', 'broken'));
    assert.equal((await project.engine.run(planId, never)).leftAlone, 1);
    const again = await project.backUp({ kind: 'failed', planId });
    assert.deepEqual([again.planned, again.leftAlone], [1, 0]);
  });
});
