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

import { seededRandom } from '../suite/seededRandom';

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

/** For each file all that it ever held, by `stateOf`. */
export type States = ReadonlyMap<string, ReadonlySet<string>>;

interface WriterData {
  readonly restless: Restless;
  /** Not 0 when it is time to stop. */
  readonly stop: Int32Array;
}

/**
 * What tells one state of a file from another: a hash over the hashes of its blocks, since a change
 * of one block is not to cost a reading of all.
 */
export function stateOf(content: Buffer): string {
  const blocks = Array.from({ length: Math.ceil(content.length / blockSize) }, (_, index) =>
    hashOf(content, index),
  );
  return joined(blocks, content.length);
}

function hashOf(content: Buffer, block: number): Buffer {
  const start = block * blockSize;
  return createHash('sha256')
    .update(content.subarray(start, start + blockSize))
    .digest();
}

function joined(blocks: readonly Buffer[], length: number): string {
  return createHash('sha256').update(String(length)).update(Buffer.concat(blocks)).digest('hex');
}

/** What is in a file by now; each change is noted before it is made. */
class RestlessFile {
  readonly states = new Set<string>();
  readonly #path: string;
  readonly #usual: number;
  #content: Buffer = Buffer.alloc(0);
  #blocks: Buffer[] = [];

  constructor(
    private readonly beside: string,
    root: string,
    name: string,
    size: number,
    private readonly random: (below: number) => number,
  ) {
    this.#path = join(root, name);
    this.#usual = size;
    this.#becomes(this.#bytes(size), 0);
    writeFileSync(this.#path, this.#content);
  }

  change(): void {
    const kind = this.random(8);
    if (kind < 3) this.#writeHereAndThere();
    else if (kind === 3) this.#writeAndPutTimeBack();
    else if (kind === 4) this.#append();
    else if (kind === 5) this.#truncate();
    else if (kind === 6) this.#writeAnew();
    else this.#replace();
  }

  /** As a database does it: whoever reads meanwhile has some writes from behind him, and some not. */
  #writeHereAndThere(): void {
    this.#open('r+', handle => {
      for (let writes = 1 + this.random(40); writes > 0; writes--) {
        this.#writeInto(handle);
        Atomics.wait(nobody, 0, 0, this.random(4));
      }
    });
  }

  #writeAndPutTimeBack(): void {
    this.#open('r+', handle => {
      const { atime, mtime } = fstatSync(handle);
      this.#writeInto(handle);
      futimesSync(handle, atime, mtime);
    });
  }

  #writeInto(handle: number): void {
    const { length } = this.#content;
    const start = this.random(length + 1);
    const bytes = this.#bytes(Math.min(length - start, 1 + this.random(largestWrite)));
    bytes.copy(this.#content, start);
    this.#note(start, start + bytes.length);
    writeAt(handle, bytes, start);
  }

  #append(): void {
    if (this.#content.length > 1.2 * this.#usual) {
      this.#truncate();
      return;
    }
    const bytes = this.#bytes(1 + this.random(largestWrite));
    const end = this.#content.length;
    this.#becomes(Buffer.concat([this.#content, bytes]), end);
    this.#open('r+', handle => {
      writeAt(handle, bytes, end);
    });
  }

  #truncate(): void {
    const length = this.random(this.#content.length + 1);
    this.#becomes(Buffer.from(this.#content.subarray(0, length)), length);
    this.#open('r+', handle => {
      ftruncateSync(handle, length);
    });
  }

  /** As most programs do it: for a moment there is nothing in the file, and then it grows. */
  #writeAnew(): void {
    const bytes = this.#bytes(this.#usual);
    this.#becomes(Buffer.alloc(0), 0);
    this.#open('w', handle => {
      for (let start = 0; start < bytes.length; start += largestWrite) {
        const piece = bytes.subarray(start, start + largestWrite);
        this.#becomes(bytes.subarray(0, start + piece.length), start);
        writeAt(handle, piece, start);
      }
    });
    this.#content = bytes;
  }

  #replace(): void {
    const bytes = this.#bytes(this.#usual);
    const aside = join(this.beside, 'next');
    writeFileSync(aside, bytes);
    this.#becomes(bytes, 0);
    renameSync(aside, this.#path);
  }

  #bytes(length: number): Buffer {
    return Buffer.alloc(length, Buffer.from(`${String(this.random(1 << 30))} `));
  }

  /** The content from now on; up to `same` it is what it was. */
  #becomes(content: Buffer, same: number): void {
    this.#content = content;
    this.#blocks.length = Math.ceil(content.length / blockSize);
    this.#note(same, content.length);
  }

  /** Notes the state that a change between two places leads to. */
  #note(start: number, end: number): void {
    const last = Math.min(Math.ceil(end / blockSize), this.#blocks.length - 1);
    for (let block = Math.max(0, Math.floor(start / blockSize)); block <= last; block++) {
      this.#blocks[block] = hashOf(this.#content, block);
    }
    this.states.add(joined(this.#blocks, this.#content.length));
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

/** Whom a wait is for that only time ends. */
const nobody = new Int32Array(new SharedArrayBuffer(4));

const blockSize = 64 << 10;
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

function write({ restless, stop }: WriterData, port: NonNullable<typeof parentPort>): void {
  const chance = seededRandom(restless.seed);
  const random = (below: number) => chance.below(below);
  mkdirSync(restless.beside, { recursive: true });
  const { beside, root } = restless;
  const files = Object.entries(restless.files).map(([name, size]) => {
    const file = new RestlessFile(beside, root, name, size, random);
    return { name, file };
  });
  port.postMessage('made');
  while (Atomics.load(stop, 0) === 0) {
    files[random(files.length)]?.file.change();
    Atomics.wait(stop, 0, 0, random(longestRest));
  }
  port.postMessage(new Map(files.map(({ name, file }) => [name, file.states])));
}

if (!isMainThread && parentPort !== null) write(workerData as WriterData, parentPort);
