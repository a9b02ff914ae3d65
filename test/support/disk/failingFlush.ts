import fs from 'node:fs';
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
  const { fsync } = fs;
  // A quick disk is asked by this one.
  const fsyncFailing = (fd: number, done: fs.NoParamCallback) => {
    if (hasFailed || !fs.fstatSync(fd).isFile()) {
      fsync(fd, done);
      return;
    }
    hasFailed = true;
    setImmediate(done, Object.assign(new Error(code), { code }));
  };
  Object.assign(prototype, { sync: failing });
  Object.assign(fs, { fsync: fsyncFailing });
  return {
    restore() {
      Object.assign(prototype, { sync });
      Object.assign(fs, { fsync });
    },
  };
}
