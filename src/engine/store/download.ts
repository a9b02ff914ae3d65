import { inParallel } from '../concurrency/parallel';
import type { Semaphore } from '../concurrency/semaphore';
import { Failure } from '../failures/failure';
import { acquireBuffer } from '../network/bufferPool';
import type { TransferControl } from '../network/transferControl';
import type { Bucket, ByteRange, ObjectHead } from '../ports/bucket';

export interface DownloadRequest {
  readonly bucket: Bucket;
  readonly key: string;
  /** `undefined` for the object that stands under the key now. */
  readonly versionId: string | undefined;
  /** Of the one object whose bytes are wanted. */
  readonly etag: string;
  /** In bytes. */
  readonly size: number;
  readonly semaphore: Semaphore;
  readonly traffic: TransferControl;
  readonly signal: AbortSignal;
  /** Called with bytes as they arrive; negative where they have to come again. */
  readonly onBytes: (bytes: number) => void;
}

/** Takes what is downloaded. */
export interface DownloadSink {
  /** Called once, before the first byte, with what the store says of the object. */
  begin(head: ObjectHead): void;
  /**
   * Called with bytes in their order, at once where those before have not been done with. They may
   * not be kept afterwards.
   */
  write(bytes: Uint8Array): void | Promise<void>;
}

/**
 * Downloads an object's bytes: a small one in one request, a larger one in ranges side by side, all
 * of the same object. Throws `changed-in-cloud` where it is another object by now.
 */
export async function download(request: DownloadRequest, sink: DownloadSink): Promise<void> {
  if (request.size > rangeBytes) {
    sink.begin(await headOf(request));
    await downloadRanges(request, sink);
    return;
  }
  await withBuffer(request, request.size, async buffer => {
    sink.begin(await fill(request, buffer, undefined));
    await sink.write(buffer);
  });
}

/** How much one request asks for; the semaphore bounds what is in memory at a time. */
const rangeBytes = 8 << 20;

/** Ranges of one object in flight; those of more objects are in flight beside them. */
const maxRangesAtOnce = 4;

async function headOf({
  bucket,
  key,
  versionId,
  etag,
  signal,
}: DownloadRequest): Promise<ObjectHead> {
  const head = await bucket.head({ key, versionId, signal });
  if (head === undefined) throw new Failure('no-such-key', key);
  if (head.etag !== etag) throw new Failure('changed-in-cloud', key);
  return head;
}

async function downloadRanges(request: DownloadRequest, sink: DownloadSink): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  let firstError: unknown;
  // Ranges travel side by side but are handed over one after the other. None waits for ever: the one
  // before it has asked for its memory earlier.
  let lastTurn: Promise<void> = Promise.resolve();
  try {
    await inParallel(rangesOf(request.size), maxRangesAtOnce, async range => {
      const before = lastTurn;
      let endTurn: () => void = () => undefined;
      lastTurn = new Promise(resolve => {
        endTurn = resolve;
      });
      try {
        await withBuffer({ ...request, signal }, range.end - range.start, async buffer => {
          await fill({ ...request, signal }, buffer, range);
          await before;
          if (signal.aborted) throw new Failure('cancelled', request.key);
          const taken = sink.write(buffer);
          endTurn();
          await taken;
        });
      } catch (error) {
        firstError ??= error;
        stop.abort();
        throw error;
      } finally {
        endTurn();
      }
    });
  } catch {
    // The others fail because they were stopped.
    throw firstError;
  }
}

function rangesOf(size: number): readonly ByteRange[] {
  return Array.from({ length: Math.ceil(size / rangeBytes) }, (_, index) => ({
    start: index * rangeBytes,
    end: Math.min(size, (index + 1) * rangeBytes),
  }));
}

async function withBuffer(
  { semaphore, signal }: DownloadRequest,
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
  { bucket, key, versionId, etag, traffic, signal, onBytes }: DownloadRequest,
  buffer: Buffer,
  range: ByteRange | undefined,
): Promise<ObjectHead> {
  return traffic.send(buffer.byteLength, signal, async ({ signal: sending }) => {
    let filled = 0;
    try {
      // Under a limit, what comes may not come faster than it is taken.
      const into = traffic.isLimited ? undefined : buffer;
      const object = { key, versionId, ifMatch: etag, range, into, signal: sending };
      const { head, body } = await bucket.get(object);
      // Not every store honours the condition.
      if (head.etag !== etag) throw new Failure('changed-in-cloud', key);
      for await (const piece of body) {
        await traffic.take(piece.byteLength, sending);
        if (filled + piece.byteLength > buffer.byteLength) throw otherSize(key);
        if (!isInPlace(piece, buffer, filled)) buffer.set(piece, filled);
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

/** Whether a piece is that part of the buffer where it belongs. */
function isInPlace(piece: Uint8Array, buffer: Buffer, start: number): boolean {
  return piece.buffer === buffer.buffer && piece.byteOffset === buffer.byteOffset + start;
}

function otherSize(key: string): Failure {
  return new Failure('not-as-stored', key, 'the store gave another number of bytes than it listed');
}
