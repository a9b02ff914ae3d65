import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { Report } from '../../../src/protocol/reports';
import { ProjectInMemory } from '../memory/projectInMemory';
import { writeTree } from '../disk/localTree';
import { memoryBucket } from '../memory/memoryBucket';

/** What a restore to a disk that is too small came to. */
export interface RestoreStory {
  readonly report: Report;
  /** The files that are there, with their sizes. */
  readonly files: readonly (readonly [path: string, size: number])[];
  /** The bytes that were fetched for the file that cannot fit. */
  readonly fetchedInVain: number;
}

const mebibyte = 1 << 20;

/** Restores more than there is room for. */
async function main(disk: string): Promise<void> {
  const root = join(disk, 'w');
  await writeTree(disk, { 'w/': '', 'w/old': 'old' });
  const bucket = memoryBucket();
  for (let n = 0; n < 20; n++) bucket.place(`w/small/${String(n)}`, 'x'.repeat(n));
  // Each of them would fit.
  for (let n = 0; n < 4; n++)
    bucket.place(`w/big/${String(n)}`, Buffer.alloc(1.5 * mebibyte, n + 1));
  bucket.place('w/huge', Buffer.alloc(40 * mebibyte, 1));
  bucket.place('w/old', 'new');
  const journal = new SqliteStagingJournal(join(disk, 'staging-journals'));
  const project = new ProjectInMemory({ root, bucket, journal });
  await project.compare();
  const report = await project.restore({ kind: 'all' }, 'replace');
  project.engine.dispose();
  const files = readdirSync(root, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter(entry => entry.isFile())
    .map(entry => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length + 1), readFileSync(path).length] as const;
    });
  const fetchedInVain = bucket.calls.filter(
    ({ operation, key }) => operation === 'get' && key === 'w/huge',
  ).length;
  const story: RestoreStory = { report, files, fetchedInVain };
  process.send?.(story);
}

const [, , disk] = process.argv;
if (disk !== undefined) {
  void main(disk).finally(() => {
    process.disconnect();
  });
}
