import type { IncomingMessage } from 'node:http';
import type { OnReadOpts, Socket } from 'node:net';

/**
 * Where the bytes of one connection are read to. Node would take 64 KiB of new memory for each read,
 * and as much again for what is in a body: for a gigabyte the garbage collector, which such memory
 * hurries, took as long as all the rest. So a connection reads into memory of its own, and the body
 * of a large answer straight into the memory where it is wanted.
 */
export class ConnectionReads {
  readonly #own = Buffer.allocUnsafeSlow(ownBytes);
  #body: BodyMemory | undefined;

  /** Of the connection of an answer; `undefined` where it was made in another way. */
  static of({ socket }: IncomingMessage): ConnectionReads | undefined {
    return known.get(socket);
  }

  /**
   * Makes a connection that is read so. `connect` gets an option for `net.connect` or `tls.connect`
   * (https://nodejs.org/api/net.html#socketconnectoptions-connectlistener).
   */
  static connect<S extends object | null | undefined>(
    connect: (options: { readonly onread: OnReadOpts }) => S,
  ): S {
    const reads = new ConnectionReads();
    const socket: S = connect({
      onread: {
        // Asked for after each read, for the next one.
        buffer: () => reads.#body?.rest() ?? reads.#own,
        callback: (count, memory) => {
          reads.#arrived(socket as unknown as Socket, memory.subarray(0, count));
          return true;
        },
      },
    });
    if (socket) known.set(socket, reads);
    return socket;
  }

  /**
   * Has all that comes next read into `memory`, until that is full, and tells how much has come each
   * time. It must be the rest of a body, and nothing may be waiting in the answer. Node counts these
   * bytes but hands none of them out. Returns what ends it: call that in any case. Returns
   * `undefined` where this Node has no way to do it.
   */
  readBody(
    answer: IncomingMessage,
    memory: Uint8Array,
    onBytes: (count: number) => void,
  ): (() => void) | undefined {
    const parser = (answer.socket as Socket & { parser?: Parser | null }).parser ?? undefined;
    const hook = parser && Object.keys(parser).find(key => isBodyHook(parser[key]));
    if (parser === undefined || hook === undefined) return undefined;
    const body = new BodyMemory(memory, { parser, hook, onBytes });
    if (!body.isFull) this.#body = body;
    return () => {
      if (this.#body === body) this.#body = undefined;
    };
  }

  /** Hands what was read to whom it is for, as Node would. */
  #arrived(socket: Socket, read: Uint8Array): void {
    const body = this.#body;
    if (body !== undefined) {
      body.take(read, () => socket.emit('data', read));
      if (body.isFull) this.#body = undefined;
      return;
    }
    // Nobody has asked for anything: what comes must not be taken for the next answer.
    if (!socket.emit('data', read)) socket.destroy();
  }
}

/** As much as Node reads at a time. */
const ownBytes = 64 << 10;

const known = new WeakMap<object, ConnectionReads>();

/** What parses HTTP for Node. It copies the bytes of a body for a function of a known name. */
type Parser = Record<string, unknown>;

function isBodyHook(value: unknown): boolean {
  return typeof value === 'function' && value.name === 'parserOnBody';
}

interface BodyOptions {
  readonly parser: Parser;
  /** Where the parser has its function for bodies. */
  readonly hook: string;
  readonly onBytes: (count: number) => void;
}

/** Memory that is filled by reads. */
class BodyMemory {
  readonly #memory: Uint8Array;
  readonly #options: BodyOptions;
  #filled = 0;

  constructor(memory: Uint8Array, options: BodyOptions) {
    this.#memory = memory;
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#filled === this.#memory.byteLength;
  }

  /** What is still to be filled; `undefined` where that is nothing. */
  rest(): Uint8Array | undefined {
    return this.isFull ? undefined : this.#memory.subarray(this.#filled);
  }

  /** Takes what was read, here or elsewhere, and has the parser count it. */
  take(read: Uint8Array, parse: () => void): void {
    const { parser, hook, onBytes } = this.#options;
    const count = Math.min(read.byteLength, this.#memory.byteLength - this.#filled);
    // The first read was begun before this memory was known.
    if (!this.#isInPlace(read)) this.#memory.set(read.subarray(0, count), this.#filled);
    this.#filled += count;
    const handOut = parser[hook];
    parser[hook] = undefined;
    try {
      parse();
    } finally {
      parser[hook] = handOut;
    }
    onBytes(count);
  }

  #isInPlace({ buffer, byteOffset }: Uint8Array): boolean {
    const memory = this.#memory;
    return buffer === memory.buffer && byteOffset === memory.byteOffset + this.#filled;
  }
}
