import fs from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** Lets each open file say that it has this size, as virtual files do, until `restore`. */
export async function untrueSizes(size: number): Promise<{ readonly restore: () => void }> {
  const handle = await open(tmpdir(), 'r');
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'stat'>;
  await handle.close();
  const { stat } = prototype;
  const { fstatSync } = fs;
  async function untrueStat(this: FileHandle) {
    return Object.assign(await stat.call(this), { size });
  }
  const untrueFields = (fd: number) =>
    Object.assign(fstatSync(fd, { bigint: true }), { size: BigInt(size) });
  Object.assign(prototype, { stat: untrueStat });
  Object.assign(fs, { fstatSync: untrueFields });
  return {
    restore() {
      Object.assign(prototype, { stat });
      Object.assign(fs, { fstatSync });
    },
  };
}
