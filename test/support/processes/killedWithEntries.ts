import { fork } from 'node:child_process';
import { once } from 'node:events';

import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { StagedFile } from '../../../src/engine/disk/stagedFile';
import type { Placeholder } from '../../../src/engine/disk/rename';

/** Leaves a journal with these entries, as an engine does that is killed. */
export async function killedWithEntries(
  journals: string,
  files: readonly StagedFile[],
  placeholders: readonly Placeholder[] = [],
): Promise<void> {
  const child = fork(__filename, [journals]);
  child.send({ files, placeholders } satisfies Entries);
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

interface Entries {
  readonly files: readonly StagedFile[];
  readonly placeholders: readonly Placeholder[];
}

const [, script, journals] = process.argv;
if (script === __filename && journals !== undefined) {
  process.once('message', told => {
    const { files, placeholders } = told as Entries;
    const journal = new SqliteStagingJournal(journals);
    for (const file of files) journal.begin(file);
    for (const placeholder of placeholders) journal.beginPlaceholder(placeholder);
    process.send?.('noted');
    // Held alive by the channel to its parent, with the journal open.
    process.on('message', () => {
      journal.close();
    });
  });
}
