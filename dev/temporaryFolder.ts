import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { clearAwayAtEnd } from './reaper';

/** A folder that is removed by `remove()`, or at the latest when this process ends. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

export async function temporaryFolder(
  purpose: string,
  parent = tmpdir(),
): Promise<TemporaryFolder> {
  // The real path, since the editor resolves links and would show another one.
  const path = await realpath(await mkdtemp(join(parent, `s3-backup-${purpose}-`)));
  const forget = clearAwayAtEnd({ kind: 'folder', path });
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 10 });
      forget();
    },
  };
}
