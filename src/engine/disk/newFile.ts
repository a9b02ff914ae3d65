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
  /** What other threads are doing with it. */
  readonly #aside = new Set<Promise<unknown>>();
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
    const begin = (fd: number, done: Done<number>) => {
      write(fd, bytes, offset, length, position, done);
    };
    const bytesWritten = await (length > maxDirectBytes
      ? this.#callAside(begin)
      : this.#call(fd => writeSync(fd, bytes, offset, length, position), begin));
    return { bytesWritten };
  }

  async truncate(size: number): Promise<void> {
    await this.#call(
      fd => {
        ftruncateSync(fd, size);
      },
      (fd, done) => {
        ftruncate(fd, size, done);
      },
    );
  }

  async chmod(mode: number): Promise<void> {
    await this.#call(
      fd => {
        fchmodSync(fd, mode);
      },
      (fd, done) => {
        fchmod(fd, mode, done);
      },
    );
  }

  async utimes(atime: TimeLike, mtime: TimeLike): Promise<void> {
    await this.#call(
      fd => {
        futimesSync(fd, atime, mtime);
      },
      (fd, done) => {
        futimes(fd, atime, mtime, done);
      },
    );
  }

  async sync(): Promise<void> {
    await this.#callAside<undefined>((fd, done) => {
      fsync(fd, done);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // By the time that another thread gets to it, its number may be another file's.
    await Promise.allSettled(this.#aside);
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

  /** Makes a call here where the disk is quick, and otherwise has another thread make it. */
  #call<T>(direct: (fd: number) => T, begin: Begin<T>): Promise<T> {
    return this.#pace.call(
      () => direct(this.#openFd()),
      () => this.#callAside(begin),
    );
  }

  async #callAside<T>(begin: Begin<T>): Promise<T> {
    const fd = this.#openFd();
    const running = settled<T>(done => {
      begin(fd, done);
    });
    this.#aside.add(running);
    try {
      return await running;
    } finally {
      this.#aside.delete(running);
    }
  }

  /** Throws `EBADF` where it has been closed: its number may be another file's by now. */
  #openFd(): number {
    if (this.#isClosed) throw Object.assign(new Error('EBADF: it is closed'), { code: 'EBADF' });
    return this.fd;
  }
}

type Done<T> = (error: Error | null, result?: T) => void;

/** Hands a call over to another thread. */
type Begin<T> = (fd: number, done: Done<T>) => void;
