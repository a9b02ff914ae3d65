import { Readable } from 'node:stream';
import type { TransferControl } from './transferControl';

/** How the body of a request goes out. */
export interface BodyStreamRequest {
  readonly body: Uint8Array;
  readonly traffic: TransferControl;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just gone out. */
  readonly onSent: (bytes: number) => void;
}

/** Returns the body as a stream that goes no faster than the traffic lets it, and reports progress. */
export function bodyStream(request: BodyStreamRequest): Readable {
  const stream = Readable.from(pieces(request), {
    objectMode: false,
    highWaterMark: pieceSizeBytes,
  });
  // It fails only by the signal that ends the whole request, and the request reports that.
  stream.on('error', () => undefined);
  return stream;
}

async function* pieces({
  body,
  traffic,
  signal,
  onSent,
}: BodyStreamRequest): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < body.byteLength; start += pieceSizeBytes) {
    const piece = body.subarray(start, start + pieceSizeBytes);
    await traffic.take(piece.byteLength, signal);
    yield piece;
    onSent(piece.byteLength);
  }
}

/** Small enough for a slow connection to move one well within the time after which it is stalled. */
const pieceSizeBytes = 16 << 10;

/**
 * Reports the bytes of a body of `length` bytes as `send` sends them. In the end neither more nor
 * fewer than arrived are reported: where `send` throws, all of them are taken back.
 */
export async function withByteProgress<T>(
  length: number,
  onBytes: (bytes: number) => void,
  send: (onSent: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  let reported = 0;
  const report = (bytes: number) => {
    reported += bytes;
    if (bytes !== 0) onBytes(bytes);
  };
  try {
    const stored = await send(report);
    report(length - reported);
    return stored;
  } catch (error) {
    report(-reported);
    throw error;
  }
}
