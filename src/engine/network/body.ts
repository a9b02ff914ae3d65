import { Readable } from 'node:stream';
import type { TransferControl } from './transferControl';

/** How the body of a request goes out. */
export interface BodyRequest {
  readonly body: Uint8Array;
  readonly traffic: TransferControl;
  readonly signal: AbortSignal;
  /** Called with bytes as they go out. */
  readonly onSent: (bytes: number) => void;
}

/** The body as a stream that goes no faster than the traffic lets it, and tells how far it is. */
export function bodyStream(request: BodyRequest): Readable {
  const stream = Readable.from(pieces(request), { objectMode: false, highWaterMark: pieceSize });
  // It fails only by the signal that ends the whole request, and the request says so.
  stream.on('error', () => undefined);
  return stream;
}

/** Small enough for a slow connection to move one well within the time after which it is stalled. */
const pieceSize = 16 << 10;

async function* pieces({ body, traffic, signal, onSent }: BodyRequest): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < body.byteLength; start += pieceSize) {
    const piece = body.subarray(start, start + pieceSize);
    await traffic.take(piece.byteLength, signal);
    yield piece;
    onSent(piece.byteLength);
  }
}
