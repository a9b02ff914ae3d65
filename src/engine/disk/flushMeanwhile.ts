import type { NewFile } from './newFile';

/**
 * Has a large file flushed while it is still being written. Else the disk would begin only when the
 * last byte has come, and its owner would wait for all of it: Linux holds back gigabytes.
 */
export class FlushMeanwhile {
  readonly #handle: Pick<NewFile, 'sync'>;
  #unflushed = 0;
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(handle: Pick<NewFile, 'sync'>) {
    this.#handle = handle;
  }

  /** Call it after so many bytes have been written. Flushes one after the other, never two at once. */
  wrote(bytes: number): void {
    this.#unflushed += bytes;
    if (this.#unflushed < bytesAtOnce) return;
    if (this.#running !== undefined || this.#failure !== undefined) return;
    this.#unflushed = 0;
    this.#running = this.#flush();
  }

  /**
   * Waits for what is under way; what was written since then is still to be flushed. Throws why a
   * flush has failed, since a disk tells that only once: the next one may succeed without the bytes
   * (fsync(2), on EIO).
   */
  async end(): Promise<void> {
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #flush(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#running = undefined;
    }
  }
}

/** Smaller files are flushed once, at their end. */
const bytesAtOnce = 64 << 20;
