import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { Report } from '../../../src/protocol/reports';
import { ProjectInMemory } from '../memory/projectInMemory';
import { writeTree } from '../disk/localTree';
import { untilNotRacy } from '../disk/untilNotRacy';
import { memoryBucket } from '../memory/memoryBucket';

const mebibyte = 1 << 20;

/** What became of files on two disks, of which the one mounted in the other has more room. */
export interface SparseStory {
  /** Of a sparse file that is longer than its disk: freed, and restored. */
  readonly freed: Report;
  readonly restored: Report;
  readonly isSame: boolean;
  readonly allocated: number;
  /** Of files that fit on one of the two disks only. */
  readonly roomy: Report;
  readonly rightSizes: boolean;
}

async function main(disk: string): Promise<void> {
  const root = join(disk, 'w');
  await writeTree(disk, { 'w/data/': '' });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'none', join(root, 'data')]);
  if (mounted.status !== 0) throw new Error(`mount: ${mounted.stderr.toString()}`);
  const bucket = memoryBucket();
  const journal = new SqliteStagingJournal(join(disk, 'staging-journals'));
  const project = new ProjectInMemory({ root, bucket, journal });
  const image = join(root, 'image');
  writeFileSync(image, 'begin');
  truncateSync(image, 40 * mebibyte);
  await untilNotRacy();
  await project.compare();
  await project.backUp({ kind: 'all' });
  const before = readFileSync(image);
  const { planId } = await project.engine.planFreeUp(
    { folders: [{ setup: project.setup, scope: { kind: 'all' } }] },
    new AbortController().signal,
  );
  project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
  const freed = await project.engine.run(planId, new AbortController().signal);
  const restored = await project.restore({ kind: 'all' });
  const isSame = readFileSync(image).equals(before);
  const allocated = statSync(image).blocks * 512;

  bucket.place('w/data/large', Buffer.alloc(20 * mebibyte, 1));
  bucket.place('w/large', Buffer.alloc(20 * mebibyte, 1));
  await project.compare();
  const roomy = await project.restore({ kind: 'all' });
  const rightSizes = statSync(join(root, 'data/large')).size === 20 * mebibyte;
  project.engine.dispose();
  const story: SparseStory = { freed, restored, isSame, allocated, roomy, rightSizes };
  process.send?.(story);
}

const [, , disk] = process.argv;
if (disk !== undefined) {
  void main(disk).finally(() => {
    process.disconnect();
  });
}
