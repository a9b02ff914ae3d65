import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { Failure } from '../../../src/engine/failures/failure';
import type { PlannedFile, Scope } from '../../../src/protocol/plans';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

const hourAgo = () => Date.now() - 3_600_000;

describe('Files that look like secrets', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('secrets');
    bucket = memoryBucket();
    project = new ProjectInMemory({ root: folder.path, bucket });
    await writeTree(folder.path, { '.env': 'TOKEN=1', 'a.txt': 'a' }, hourAgo());
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  const run = (planId: number) => project.engine.run(planId, new AbortController().signal);
  const paths = (files: readonly PlannedFile[]) => files.map(({ path }) => path);

  it('are named by a plan', async () => {
    await project.compare();
    const { planId, files, unaskedSecrets } = await project.plan({ kind: 'all' });
    assert.deepEqual([files, unaskedSecrets], [2, 1]);
    assert.deepEqual(paths(project.engine.plannedBackUps.unaskedSecrets(planId)), ['.env']);
  });

  const everyWay: Readonly<Record<string, () => Scope>> = {
    'everything is backed up': () => ({ kind: 'all' }),
    'their row is chosen': () => ({
      kind: 'nodes',
      nodes: [project.node('missing-in-cloud', '.env')],
    }),
    'they are ticked': () => ({ kind: 'picks', picks: [{ kind: 'folder', path: '' as never }] }),
    'they are chosen in the Explorer': () => project.resources('.env'),
    'their rule is set aside': () => ({ kind: 'ignored', path: join(folder.path, '.env') }),
  };
  for (const [when, scope] of Object.entries(everyWay)) {
    it(`are not sent by a plan that nobody was asked about, when ${when}`, async () => {
      await project.compare();
      const report = await project.backUp(scope());
      assert.deepEqual(report.reasons, { 'secret-unasked': 1 });
      assert.equal(report.skipped, 1);
      assert.equal(report.planned, report.done + report.skipped);
      assert.ok(!bucket.keys.includes('w/.env'));
      assert.equal(project.row('.env').verdict.kind, 'missing-in-cloud');
    });
  }

  it('are not sent when what failed is tried again', async () => {
    await project.compare();
    const { planId } = await project.plan({ kind: 'all' });
    const files = project.engine.plannedBackUps.unaskedSecrets(planId);
    project.engine.plannedBackUps.allowSecrets({ planId, files });
    for (const path of ['.env', 'a.txt']) {
      bucket.failNext('put', new Failure('access-denied', path));
    }
    assert.equal((await run(planId)).failed, 2);
    const again = await project.backUp({ kind: 'failed', planId });
    assert.deepEqual(again.reasons, { 'secret-unasked': 1 });
    assert.deepEqual(bucket.keys, ['w/a.txt']);
  });

  it('are sent when the user has said so, and then never asked about again', async () => {
    await project.compare();
    const { planId } = await project.plan({ kind: 'all' });
    const files = project.engine.plannedBackUps.unaskedSecrets(planId);
    project.engine.plannedBackUps.allowSecrets({ planId, files });
    assert.equal((await run(planId)).done, 2);
    assert.equal(bucket.bytes('w/.env')?.toString(), 'TOKEN=1');
    writeFileSync(join(folder.path, '.env'), 'TOKEN=22');
    await project.compare();
    assert.equal((await project.plan({ kind: 'all' })).unaskedSecrets, 0);
    assert.equal((await project.backUp({ kind: 'all' })).done, 1);
    assert.equal(bucket.bytes('w/.env')?.toString(), 'TOKEN=22');
  });

  it('are asked about when new ones turn up beside those that were sent', async () => {
    await project.compare();
    const { planId } = await project.plan({ kind: 'all' });
    const files = project.engine.plannedBackUps.unaskedSecrets(planId);
    project.engine.plannedBackUps.allowSecrets({ planId, files });
    await run(planId);
    await writeTree(folder.path, { id_rsa: 'key', '.env': 'TOKEN=333' });
    await project.compare();
    const next = await project.plan({ kind: 'all' });
    assert.equal(next.files, 2);
    assert.deepEqual(paths(project.engine.plannedBackUps.unaskedSecrets(next.planId)), ['id_rsa']);
  });

  it('are asked about though somebody else has put a copy there', async () => {
    bucket.place('w/.env', 'OLD', { modifiedAtMs: hourAgo() - 3_600_000 });
    await project.compare();
    assert.equal((await project.plan({ kind: 'all' })).unaskedSecrets, 1);
  });

  it('leave a plan whose numbers are then those of the rest', async () => {
    await project.compare();
    const { planId } = await project.plan({ kind: 'all' });
    const { plannedBackUps } = project.engine;
    const files = plannedBackUps.unaskedSecrets(planId);
    const rest = await plannedBackUps.takeOut({ planId, files }, new AbortController().signal);
    assert.deepEqual([rest.planId, rest.files, rest.bytes, rest.unaskedSecrets], [planId, 1, 1, 0]);
    const report = await run(planId);
    assert.deepEqual([report.planned, report.done, report.skipped], [1, 1, 0]);
    assert.deepEqual(bucket.keys, ['w/a.txt']);
  });
});
