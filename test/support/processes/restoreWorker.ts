import { createHash } from 'node:crypto';
import promises from 'node:fs/promises';
import { join } from 'node:path';

import type { EditorPort } from '../../../src/engine/ports/editorPort';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import { ProjectInMemory } from '../memory/projectInMemory';
import { hookDisk } from '../disk/diskHooks';
import { memoryBucket } from '../memory/memoryBucket';

/** The files that are restored: their paths, and how large they are. */
export const restoredFiles: readonly (readonly [path: string, size: number])[] = [
  ...Array.from({ length: 30 }, (_, n) => [`small/${String(n)}`, n * 100] as const),
  ['large', (8 << 20) * 2 + 5],
  ['deep/er/down', 70_000],
];

/** Whether the disk knows hard links, and a trash. */
export type DiskKind = 'with links' | 'without links' | 'with a trash';

/** What a restored file holds. */
export function restoredContent(path: string, size: number): Buffer {
  return Buffer.alloc(size, createHash('sha256').update(path).digest());
}

/**
 * Restores the files, replacing those that are here, and kills itself at one of the moments that
 * the disk sees. Tells in the end how many there were, where it lives.
 */
async function main(folder: string, killAt: number, disk: DiskKind): Promise<void> {
  const root = join(folder, 'w');
  const bucket = memoryBucket();
  for (const [path, size] of restoredFiles) {
    bucket.place(`w/${path}`, restoredContent(path, size), { modifiedAtMs: 1_500_000_000_000 });
  }
  const journal = new SqliteStagingJournal(join(folder, 'staging-journals'));
  let trashed = 0;
  const editor: EditorPort = {
    isUnsaved: () => Promise.resolve(false),
    async moveToTrash(path) {
      if (disk !== 'with a trash') return 'no-trash';
      await promises.rename(path, join(folder, 'trash', String(trashed++)));
      return 'trashed';
    },
  };
  const project = new ProjectInMemory({ root, bucket, editor, journal });
  await project.compare();
  let moments = 0;
  hookDisk(moment => {
    if (moments++ === killAt) process.kill(process.pid, 'SIGKILL');
    if (disk === 'without links' && moment === 'before link') {
      throw Object.assign(new Error('no links'), { code: 'EPERM' });
    }
  });
  await project.restore({ kind: 'all' }, 'replace');
  project.engine.dispose();
  process.send?.(moments);
}

const [, , folder, killAt, disk] = process.argv;
if (folder !== undefined && killAt !== undefined) {
  void main(folder, Number(killAt), disk as DiskKind);
}
