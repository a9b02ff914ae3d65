import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { newStagedFile } from '../../../src/engine/disk/stagedFile';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { FilePath } from '../../../src/protocol/folders';

/** Which steps each kind of work has; before each of them, and after the last, it can be killed. */
export const stagedFileSteps = {
  temporary: ['begin', 'write', 'rename', 'end'],
  displaced: ['begin', 'rename', 'unlink', 'end'],
} as const;

/** Does the steps that are done with a staged file, up to one of them, and then waits to be killed. */
async function main(
  kind: keyof typeof stagedFileSteps,
  journals: string,
  root: string,
  stopAt: string,
) {
  const journal = new SqliteStagingJournal(journals);
  const own = newStagedFile(kind, root, 'folder/a.txt' as FilePath);
  const place = join(root, own.path);
  const beside = join(root, own.stagedPath);
  const steps: Record<string, () => Promise<void> | void> = {
    begin: () => {
      journal.begin(own);
    },
    write: () => writeFile(beside, 'half of it'),
    rename: () => (kind === 'displaced' ? rename(place, beside) : rename(beside, place)),
    unlink: () => unlink(beside),
    end: () => {
      journal.end(own);
    },
  };
  for (const step of stagedFileSteps[kind]) {
    if (step === stopAt) break;
    await steps[step]?.();
  }
  process.send?.('reached');
  // Held alive by the channel to its parent, with the journal open.
  process.on('message', () => {
    journal.close();
  });
}

const [, , kind, journals, root, stopAt] = process.argv;
if (kind !== undefined && journals !== undefined && root !== undefined && stopAt !== undefined) {
  void main(kind as keyof typeof stagedFileSteps, journals, root, stopAt);
}
