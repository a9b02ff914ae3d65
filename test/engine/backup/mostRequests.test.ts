import assert from 'node:assert/strict';
import { join } from 'node:path';
import { utimesSync, writeFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { knownOfWrites } from '../../../src/engine/s3/knownOfWrites';
import { storeCapabilities } from '../../../src/engine/s3/storeCapabilities';
import type { Versioning } from '../../../src/engine/ports/bucket';
import type { Scope } from '../../../src/protocol/plans';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

const all: Scope = { kind: 'all' };
const mebibyte = 1 << 20;

describe('The most requests of a plan', () => {
  let folder: TemporaryFolder;
  let projects: ProjectInMemory[];

  beforeEach(async () => {
    folder = await temporaryFolder('most-requests');
    projects = [];
  });
  afterEach(async () => {
    for (const { engine } of projects) engine.dispose();
    await folder.remove();
  });

  function open(bucket: MemoryBucket): ProjectInMemory {
    const project = new ProjectInMemory({ root: folder.path, bucket });
    projects.push(project);
    return project;
  }

  it('are those that are made, where conditions are honoured', async () => {
    const bucket = memoryBucket();
    const project = open(bucket);
    bucket.place('w/replaced', 'old');
    await writeTree(folder.path, { a: '1', 'b/c': '2', replaced: 'new and longer' }, Date.now());
    writeFileSync(join(folder.path, 'large'), Buffer.alloc(17 * mebibyte));
    const late = (Date.now() + 60_000) / 1000;
    utimesSync(join(folder.path, 'replaced'), late, late);
    await project.compare();
    const { planId, preview } = await project.plan(all);
    const before = bucket.calls.length;
    assert.equal((await project.engine.run(planId, new AbortController().signal)).done, 4);
    // Three in one piece, three parts, begin and complete.
    assert.equal(preview.requests, 3 + 5);
    assert.equal(bucket.calls.length - before, preview.requests);
  });

  it('are enough where an upload is gone on with', async () => {
    const bucket = memoryBucket();
    const project = open(bucket);
    writeFileSync(join(folder.path, 'large'), Buffer.alloc(17 * mebibyte));
    await project.compare();
    const { planId, preview: first } = await project.plan(all);
    const held = bucket.holdNext('putPart', { after: 1 });
    const cancel = new AbortController();
    const running = project.engine.run(planId, cancel.signal);
    await held.reached;
    cancel.abort();
    await running;
    await project.compare();
    const again = await project.plan(all);
    const before = bucket.calls.length;
    const { done } = await project.engine.run(again.planId, new AbortController().signal);
    const asked = bucket.calls.slice(before).map(({ operation }) => operation);
    assert.equal(done, 1);
    assert.ok(asked.includes('listParts'));
    assert.ok(asked.length <= again.preview.requests, asked.join(' '));
    // The pages of the parts, and what frees them where they are of no use.
    assert.equal(again.preview.requests, first.requests + 2);
  });

  for (const [versioning, each] of [
    ['off', 2],
    ['suspended', 2],
    ['enabled', 3],
    ['unknown', 3],
  ] as const) {
    it(`have a list of versions with each of many where these are ${versioning} and looks are needed`, async () => {
      const bucket = looking(() => Promise.resolve(versioning));
      const files = 100;
      const names = Array.from({ length: files }, (_, n) => [`f${String(n)}`, 'x'] as const);
      await writeTree(folder.path, Object.fromEntries(names));
      const project = open(bucket);
      await project.compare();
      assert.equal((await project.plan(all)).preview.requests, files * each);
    });
  }

  it('are told of a few files without a question to the store', async () => {
    await writeTree(folder.path, { a: '1' });
    const project = open(looking(() => assert.fail('Nobody asks.')));
    await project.compare();
    assert.equal((await project.plan(all)).preview.requests, 3);
  });
});

/** It is known to ignore conditions. */
function looking(versioning: () => Promise<Versioning>): MemoryBucket {
  const capabilities = storeCapabilities('aws');
  capabilities.conditions.put.absent = 'ignored';
  const bucket = memoryBucket();
  return {
    ...bucket,
    clockOffsetMs: 0,
    keys: [],
    openUploads: [],
    writes: knownOfWrites(capabilities),
    versioning,
  };
}
