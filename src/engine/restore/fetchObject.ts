import type { Bucket, ByteRange, ObjectHead } from '../ports/bucket';
import type { Semaphore } from '../concurrency/semaphore';
import { Failure } from '../failures/failure';
import { acquireBuffer } from '../network/bufferPool';
import { inParallel } from '../concurrency/parallel';
import type { TransferControl } from '../network/transferControl';

export interface FetchRequest {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId: string | undefined;
  /** Of the one object whose bytes are wanted. */
  readonly etag: string;
  readonly size: number;
  readonly semaphore: Semaphore;
  readonly traffic: TransferControl;
  readonly signal: AbortSignal;
  /** Called with bytes as they arrive; negative where they have to come again. */
  readonly onBytes: (bytes: number) => void;
}

/** Takes the bytes of an object, in their order; nobody may keep them when it has returned. */
export type Receiver = (bytes: Uint8Array) => Promise<void>;

/**
 * Fetches an object's bytes: small ones in one request, larger ones in ranges side by side, all of
 * the same object. `open` is told what the store says of it before the first byte is handed over.
 * Throws `changed-in-cloud` where it is another object by now.
 */
export async function fetchObject(
  request: FetchRequest,
  open: (head: ObjectHead) => Promise<Receiver>,
): Promise<void> {
  if (request.size > rangeSize) {
    await fetchRanges(request, await open(await headOf(request)));
    return;
  }
  await inBuffer(request, request.size, async buffer => {
    const receive = await open(await fill(request, buffer, undefined));
    await receive(buffer);
  });
}

/** How much one request asks for; what is in memory at a time is bounded by the budget. */
const rangeSize = 8 << 20;

/** Ranges of one object on their way; those of more objects are on theirs beside it. */
const rangesAtOnce = 4;

async function headOf({ bucket, key, versionId, etag, signal }: FetchRequest): Promise<ObjectHead> {
  const head = await bucket.head({ key, versionId, signal });
  if (head === undefined) throw new Failure('no-such-key', key);
  if (head.etag !== etag) throw new Failure('changed-in-cloud', key);
  return head;
}

async function fetchRanges(request: FetchRequest, receive: Receiver): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  let first: unknown;
  // Ranges travel side by side but are handed over one after the other. None waits for ever: what
  // stands before it has asked for its memory earlier.
  let turn: Promise<void> = Promise.resolve();
  try {
    await inParallel(rangesOf(request.size), rangesAtOnce, range => {
      const before = turn;
      turn = inBuffer({ ...request, signal }, range.end - range.start, async buffer => {
        await fill({ ...request, signal }, buffer, range);
        await before;
        await receive(buffer);
      }).catch((error: unknown) => {
        first ??= error;
        stop.abort();
        throw error;
      });
      return turn;
    });
  } catch {
    // What the others were stopped by is not the reason.
    throw first;
  }
}

function rangesOf(size: number): readonly ByteRange[] {
  return Array.from({ length: Math.ceil(size / rangeSize) }, (_, index) => ({
    start: index * rangeSize,
    end: Math.min(size, (index + 1) * rangeSize),
  }));
}

async function inBuffer(
  { semaphore, signal }: FetchRequest,
  size: number,
  use: (buffer: Buffer) => Promise<void>,
): Promise<void> {
  const release = await semaphore.acquire(size, signal);
  try {
    const buffer = acquireBuffer(size);
    await use(buffer.bytes);
    // After a failure somebody may still be writing into it.
    buffer.release();
  } finally {
    release();
  }
}

/** Fills the buffer with the bytes of a range, or of the whole object; paced as the traffic says. */
function fill(
  { bucket, key, versionId, etag, traffic, signal, onBytes }: FetchRequest,
  buffer: Buffer,
  range: ByteRange | undefined,
): Promise<ObjectHead> {
  return traffic.send(buffer.byteLength, signal, async ({ signal: sending }) => {
    let filled = 0;
    try {
      const object = { key, versionId, ifMatch: etag, range, signal: sending };
      const { head, body } = await bucket.get(object);
      // Not every store heeds the condition.
      if (head.etag !== etag) throw new Failure('changed-in-cloud', key);
      for await (const piece of body) {
        await traffic.take(piece.byteLength, sending);
        if (filled + piece.byteLength > buffer.byteLength) throw otherSize(key);
        buffer.set(piece, filled);
        filled += piece.byteLength;
        onBytes(piece.byteLength);
      }
      if (filled < buffer.byteLength) throw otherSize(key);
      return head;
    } catch (error) {
      onBytes(-filled);
      throw error;
    }
  });
}

function otherSize(key: string): Failure {
  return new Failure('not-as-stored', key, 'the store gave another number of bytes than it listed');
}
