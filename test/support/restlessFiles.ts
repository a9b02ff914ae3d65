import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Files that somebody keeps writing to, at the same time as they are read here. */
export interface RestlessFiles {
  /** Ends the writing. */
  rest(): Promise<States>;
}

interface Restless {
  readonly root: string;
  /** For what is written beside and put in a file's place; of the same disk. */
  readonly beside: string;
  readonly seed: number;
  /** The files' names, with their sizes at first. */
  readonly files: Readonly<Record<string, number>>;
}

/** Makes the files, and begins to write to them in a thread of its own, as the seed says. */
export async function restlessFiles(restless: Restless): Promise<RestlessFiles> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(__filename, { workerData: { restless, stop } satisfies WriterData });
  const written = new Promise<States>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: States | 'made') => {
      if (message !== 'made') resolve(message);
    });
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      resolve();
    });
    worker.once('error', reject);
  });
  return {
    async rest() {
      Atomics.store(stop, 0, 1);
      Atomics.notify(stop, 0);
      return written;
    },
  };
}

/** For each file the SHA-256 of all that it ever held. */
export type States = ReadonlyMap<string, ReadonlySet<string>>;

interface WriterData {
  readonly restless: Restless;
  /** Not 0 when it is time to stop. */
  readonly stop: Int32Array;
}

/** What is in a file by now; each change is noted before it is made. */
class RestlessFile {
  readonly states = new Set<string>();
  readonly #path: string;
  #content: Buffer;

  constructor(
    readonly restless: Restless,
    readonly name: string,
    private readonly random: (below: number) => number,
  ) {
    this.#path = join(restless.root, name);
    this.#content = this.#bytes(restless.files[name] ?? 0);
    this.#note();
    writeFileSync(this.#path, this.#content);
  }

  change(): void {
    const changes = [
      () => {
        this.#writeInPlace('keep-time');
      },
      () => {
        this.#writeInPlace('put-time-back');
      },
      () => {
        this.#append();
      },
      () => {
        this.#truncate();
      },
      () => {
        this.#writeAnew();
      },
      () => {
        this.#replace();
      },
    ];
    changes[this.random(changes.length)]?.();
  }

  #writeInPlace(time: 'keep-time' | 'put-time-back'): void {
    const { length } = this.#content;
    const start = this.random(length + 1);
    const bytes = this.#bytes(Math.min(length - start, 1 + this.random(largestWrite)));
    const next = Buffer.from(this.#content);
    bytes.copy(next, start);
    this.#becomes(next);
    this.#open('r+', handle => {
      const { atime, mtime } = fstatSync(handle);
      writeAt(handle, bytes, start);
      if (time === 'put-time-back') futimesSync(handle, atime, mtime);
    });
  }

  #append(): void {
    if (this.#content.length > 1.5 * (this.restless.files[this.name] ?? 0)) {
      this.#truncate();
      return;
    }
    const bytes = this.#bytes(1 + this.random(largestWrite));
    const end = this.#content.length;
    this.#becomes(Buffer.concat([this.#content, bytes]));
    this.#open('r+', handle => {
      writeAt(handle, bytes, end);
    });
  }

  #truncate(): void {
    const length = this.random(this.#content.length + 1);
    this.#becomes(this.#content.subarray(0, length));
    this.#open('r+', handle => {
      ftruncateSync(handle, length);
    });
  }

  /** As most programs do it: for a moment there is nothing in the file, and then it grows. */
  #writeAnew(): void {
    const bytes = this.#bytes(this.restless.files[this.name] ?? 0);
    const hash = createHash('sha256');
    this.#becomes(Buffer.alloc(0));
    this.#open('w', handle => {
      for (let start = 0; start < bytes.length; start += largestWrite) {
        const piece = bytes.subarray(start, start + largestWrite);
        this.states.add(hash.update(piece).copy().digest('hex'));
        writeAt(handle, piece, start);
      }
    });
    this.#content = bytes;
  }

  #replace(): void {
    const bytes = this.#bytes(this.restless.files[this.name] ?? 0);
    const aside = join(this.restless.beside, 'next');
    writeFileSync(aside, bytes);
    this.#becomes(bytes);
    renameSync(aside, this.#path);
  }

  #bytes(length: number): Buffer {
    return Buffer.alloc(length, Buffer.from(`${String(this.random(1 << 30))} `));
  }

  #becomes(content: Buffer): void {
    this.#content = content;
    this.#note();
  }

  #note(): void {
    this.states.add(createHash('sha256').update(this.#content).digest('hex'));
  }

  #open(flags: 'r+' | 'w', use: (handle: number) => void): void {
    const handle = openSync(this.#path, flags);
    try {
      use(handle);
    } finally {
      closeSync(handle);
    }
  }
}

/**
 * A write is a state only where it is done at once: one that lasts longer than a file has to rest
 * before it is read would be seen half done, and no disk tells of that.
 */
const largestWrite = 64 << 10;
/** In milliseconds; a file that is never at rest is never read. */
const longestRest = 60;

/** One call is one state: a write that the system does in pieces would be several. */
function writeAt(handle: number, bytes: Buffer, position: number): void {
  const written = writeSync(handle, bytes, 0, bytes.length, position);
  if (written !== bytes.length) throw new Error(`${String(written)} of ${String(bytes.length)}`);
}

/** Numbers that are the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

function write({ restless, stop }: WriterData, port: NonNullable<typeof parentPort>): void {
  const random = randomFrom(restless.seed);
  mkdirSync(restless.beside, { recursive: true });
  const files = Object.keys(restless.files).map(name => new RestlessFile(restless, name, random));
  port.postMessage('made');
  while (Atomics.load(stop, 0) === 0) {
    files[random(files.length)]?.change();
    Atomics.wait(stop, 0, 0, random(longestRest));
  }
  port.postMessage(new Map(files.map(({ name, states }) => [name, states])));
}

if (!isMainThread && parentPort !== null) write(workerData as WriterData, parentPort);
