import { hash } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { crc32Of } from './crc32';
import { crc64NvmeOf } from './crc64nvme';
import type { Digest, DigestKind } from './digest';
import type { HashingAnswer, HashingQuestion, HashingTask } from './hashingThread';

/**
 * Returns the CRC32 of bytes, as S3 writes it. Another thread computes it where there are many; they
 * must not change until then. Those of a pooled buffer are not copied for it.
 */
export async function crc32Aside(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength < minBytesAside) return crc32Of(bytes);
  return leastBusy().ask({ kind: 'crc32', bytes });
}

/** Returns the CRC64NVME of bytes, as `crc32Aside` does the CRC32. */
export async function crc64NvmeAside(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength < minBytesAside) return crc64NvmeOf(bytes);
  return leastBusy().ask({ kind: 'crc64nvme', bytes });
}

/** Returns the SHA-256 of bytes, in hexadecimal, as `crc32Aside` does the CRC32. */
export async function sha256Aside(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength < minBytesAside) return hash('sha256', bytes);
  return leastBusy().ask({ kind: 'sha256', bytes });
}

/** Fewer are hashed sooner than another thread is asked. */
export const minBytesAside = 1 << 20;

/**
 * A digest of bytes that come in pieces, computed by another thread. A thread that has died makes all
 * calls reject.
 */
export class DigestAside implements Digest {
  readonly #thread = leastBusy();
  readonly #stream = nextNumber++;
  readonly #begun: Promise<string>;

  constructor(of: DigestKind) {
    this.#thread.streams++;
    this.#begun = this.#thread.ask({ kind: 'begin', stream: this.#stream, of });
    // It is thrown to whoever asks for the digest.
    this.#begun.catch(() => undefined);
  }

  /** Adds bytes, in the order of the calls. They must not change until the promise resolves. */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#thread.ask({ kind: 'update', stream: this.#stream, bytes });
  }

  async digest(): Promise<string> {
    const digest = this.#thread.ask({ kind: 'digest', stream: this.#stream });
    await Promise.all([this.#begun, digest]);
    return digest;
  }

  dispose(): void {
    this.#thread.streams--;
    // A thread that has died keeps nothing.
    this.#thread.ask({ kind: 'drop', stream: this.#stream }).catch(() => undefined);
  }
}

/** One thread, which ends when it has had nothing to do for a while. */
class HashingThread {
  /** How many hashes are begun here and not yet disposed of. */
  streams = 0;
  readonly #worker = new Worker(join(__dirname, 'hashingThread.js'));
  readonly #asked = new Map<number, Question>();
  #ended: Error | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', ({ id, text }: HashingAnswer) => {
      this.#asked.get(id)?.resolve(text);
      this.#forget(id);
    });
    this.#worker.on('error', (error: unknown) => {
      this.#end(new Error('The thread that hashes has failed.', { cause: error }));
    });
    this.#worker.on('exit', () => {
      this.#end(new Error('The thread that hashes has ended.'));
    });
  }

  get load(): number {
    return this.#asked.size + this.streams;
  }

  ask(task: HashingTask): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      clearTimeout(this.#idle);
      // Only while somebody waits for it does it keep the process alive.
      if (this.#asked.size === 0) this.#worker.ref();
      const id = nextNumber++;
      this.#asked.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task } satisfies HashingQuestion);
    });
  }

  #forget(id: number): void {
    this.#asked.delete(id);
    if (this.#asked.size > 0) return;
    this.#worker.unref();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.load > 0) return;
      this.#end(new Error('The thread that hashes is no longer needed.'));
      void this.#worker.terminate();
    }, maxIdleMs).unref();
  }

  #end(why: Error): void {
    this.#ended ??= why;
    clearTimeout(this.#idle);
    threads.delete(this);
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(this.#ended);
  }
}

interface Question {
  readonly resolve: (text: string) => void;
  readonly reject: (why: Error) => void;
}

/** Stream and questions are never numbered alike. */
let nextNumber = 1;

const threads = new Set<HashingThread>();

/** Returns the thread with the least to do, a new one where all have something to do. */
function leastBusy(): HashingThread {
  let found: HashingThread | undefined;
  for (const thread of threads) {
    if (found === undefined || thread.load < found.load) found = thread;
  }
  if (found !== undefined && (found.load === 0 || threads.size >= maxThreads)) return found;
  const started = new HashingThread();
  threads.add(started);
  return started;
}

/** One for a file as a whole, one for its parts: the disk and the network want their share, too. */
const maxThreads = 2;
const maxIdleMs = 10_000;
