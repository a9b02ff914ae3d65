import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** Lets the first flush of a file fail, once, as a disk tells of bytes that it has lost; until `restore`. */
export async function failFirstFlush(code: string): Promise<{ readonly restore: () => void }> {
  const handle = await open(tmpdir(), 'r');
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'sync'>;
  await handle.close();
  const { sync } = prototype;
  let hasFailed = false;
  async function failing(this: FileHandle): Promise<void> {
    const isFirst = !hasFailed && (await this.stat()).isFile();
    if (!isFirst) return sync.call(this);
    hasFailed = true;
    throw Object.assign(new Error(code), { code });
  }
  Object.assign(prototype, { sync: failing });
  return {
    restore() {
      Object.assign(prototype, { sync });
    },
  };
}
