import type { ClientRequest } from 'node:http';
import type { TransferControl } from '../network/transferControl';
import type { RequestBody } from './httpExchange';

/** How the body of a request goes out. */
interface PacedBodyRequest {
  readonly body: Uint8Array;
  readonly traffic: TransferControl;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just gone out. */
  readonly onSent: (bytes: number) => void;
}

/** Returns a body that goes out no faster than the traffic lets it, and reports progress. */
export function pacedBody({ body, traffic, signal, onSent }: PacedBodyRequest): RequestBody {
  return {
    bytes: body,
    async send(request) {
      for (let start = 0; ;) {
        const size = traffic.isLimited ? limitedPieceBytes : freePieceBytes;
        const piece = body.subarray(start, start + size);
        if (traffic.isLimited) await traffic.take(piece.byteLength, signal);
        if (request.destroyed) return;
        start += piece.byteLength;
        if (start === body.byteLength) {
          request.end(piece);
          if (piece.byteLength > 0) onSent(piece.byteLength);
          return;
        }
        const hasRoom = request.write(piece);
        onSent(piece.byteLength);
        if (!hasRoom) await drained(request);
      }
    },
  };
}

/** Waits until the request takes more, or nothing any more. */
function drained(request: ClientRequest): Promise<void> {
  return new Promise(resolve => {
    const proceed = () => {
      request.off('drain', proceed);
      request.off('close', proceed);
      resolve();
    };
    request.on('drain', proceed);
    request.on('close', proceed);
  });
}

/** Small enough for a slow connection to move one well within the time after which it is stalled. */
const limitedPieceBytes = 16 << 10;
const freePieceBytes = 64 << 10;
