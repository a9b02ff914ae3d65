import fs from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/**
 * Lets files refuse modes and times with a code, as disks do that know none, or that are mounted for
 * another user. `undefined` lets them say yes and do nothing. Until `restore`.
 */
export async function refuseAttributes(
  code: string | undefined,
  refused: readonly ('chmod' | 'utimes')[] = ['chmod', 'utimes'],
): Promise<{ readonly restore: () => void }> {
  const handle = await open(tmpdir(), 'r');
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'chmod' | 'utimes'>;
  await handle.close();
  const { chmod, utimes } = prototype;
  const { fchmodSync, futimesSync } = fs;
  const refuseAtOnce = () => {
    if (code !== undefined) throw Object.assign(new Error(code), { code });
  };
  const refuse = () =>
    new Promise<void>(resolve => {
      refuseAtOnce();
      resolve();
    });
  for (const name of refused) {
    Object.assign(prototype, { [name]: refuse });
    // A quick disk is asked by these.
    Object.assign(fs, { [`f${name}Sync`]: refuseAtOnce });
  }
  return {
    restore() {
      Object.assign(prototype, { chmod, utimes });
      Object.assign(fs, { fchmodSync, futimesSync });
    },
  };
}
