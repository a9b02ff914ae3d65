import {
  close,
  closeSync,
  fchmod,
  fchmodSync,
  fsync,
  ftruncate,
  ftruncateSync,
  futimes,
  futimesSync,
  openSync,
  write,
  writeSync,
  type TimeLike,
} from 'node:fs';
import { open } from 'node:fs/promises';
import type { DiskPace } from './diskPace';
import { settled } from './openFile';

/**
 * More is written by another thread. It is less than a piece of a large file (`writeSparse`): a kernel
 * that has much to write lets whoever brings more wait.
 */
const maxDirectBytes = 64 << 10;

/** A file that is being written; Node's `FileHandle` is one. */
export interface NewFile {
  readonly fd: number;
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  truncate(size: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  utimes(atime: TimeLike, mtime: TimeLike): Promise<void>;
  /** Returns when all of it is on the disk. */
  sync(): Promise<void>;
  /** Does nothing where it has been closed. */
  close(): Promise<void>;
}

/** Makes a file, open for writing. Throws a disk's `EEXIST` where something has that name. */
export async function createFile(
  absolute: string,
  mode: number | undefined,
  pace: DiskPace,
): Promise<NewFile> {
  if (!pace.isQuick) return await open(absolute, 'wx', mode);
  return new QuickFile(
    pace.direct(() => openSync(absolute, 'wx', mode)),
    pace,
  );
}

/**
 * A new file on a quick disk. Only what is long is done aside: large writes, and flushes, which many
 * files wait for side by side. Handing over all the rest takes longer than doing it.
 */
class QuickFile implements NewFile {
  readonly fd: number;
  readonly #pace: DiskPace;
  #isClosed = false;

  constructor(fd: number, pace: DiskPace) {
    this.fd = fd;
    this.#pace = pace;
  }

  async write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }> {
    const { fd } = this;
    const writeAside = () =>
      settled<number>(done => {
        write(fd, bytes, offset, length, position, done);
      });
    const bytesWritten = await (length > maxDirectBytes
      ? writeAside()
      : this.#pace.call(() => writeSync(fd, bytes, offset, length, position), writeAside));
    return { bytesWritten };
  }

  truncate(size: number): Promise<void> {
    return this.#pace.call(
      () => {
        ftruncateSync(this.fd, size);
      },
      () =>
        settled<undefined>(done => {
          ftruncate(this.fd, size, done);
        }),
    );
  }

  chmod(mode: number): Promise<void> {
    return this.#pace.call(
      () => {
        fchmodSync(this.fd, mode);
      },
      () =>
        settled<undefined>(done => {
          fchmod(this.fd, mode, done);
        }),
    );
  }

  utimes(atime: TimeLike, mtime: TimeLike): Promise<void> {
    return this.#pace.call(
      () => {
        futimesSync(this.fd, atime, mtime);
      },
      () =>
        settled<undefined>(done => {
          futimes(this.fd, atime, mtime, done);
        }),
    );
  }

  sync(): Promise<void> {
    return settled<undefined>(done => {
      fsync(this.fd, done);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    // By the time that it fails its number may be another file's.
    this.#isClosed = true;
    await this.#pace.call(
      () => {
        closeSync(this.fd);
      },
      () =>
        settled<undefined>(done => {
          close(this.fd, done);
        }),
    );
  }
}
