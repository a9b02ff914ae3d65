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
  const refuse = () => {
    if (code === undefined) return Promise.resolve();
    return Promise.reject(Object.assign(new Error(code), { code }));
  };
  for (const name of refused) Object.assign(prototype, { [name]: refuse });
  return {
    restore() {
      Object.assign(prototype, { chmod, utimes });
    },
  };
}
