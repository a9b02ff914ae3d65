import type { IncomingMessage } from 'node:http';
import { ConnectionReads } from './connectionReads';
import { found } from '../failures/found';

/**
 * The bytes of an answer, piece by piece as they come. Where they may go `into` memory of just their
 * size, the pieces are parts of it, where the connection lets them be read there.
 */
export async function* bodyPieces(
  answer: IncomingMessage,
  into: Uint8Array | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  const reads = into && ConnectionReads.of(answer);
  if (into === undefined || reads === undefined || !isLarge(answer, into.byteLength)) {
    yield* answer;
    return;
  }
  let ended: { readonly error?: Error } | undefined;
  let wake: () => void = () => undefined;
  const end = (error?: Error) => {
    ended ??= error === undefined ? {} : { error };
    wake();
  };
  answer.once('end', end);
  answer.on('error', end);
  answer.once('close', () => {
    end(found`the connection was closed`);
  });
  // What has come since the head.
  const first = (answer.read() as Uint8Array | null) ?? new Uint8Array();
  into.set(first);
  let filled = first.byteLength;
  let given = 0;
  const stop = reads.readBody(answer, into.subarray(filled), count => {
    filled += count;
    wake();
  });
  try {
    if (stop === undefined) {
      yield first;
      yield* answer;
      return;
    }
    // Nothing more comes out of it but its end.
    answer.resume();
    for (;;) {
      if (given < filled) {
        const piece = into.subarray(given, filled);
        given = filled;
        yield piece;
      } else if (ended?.error !== undefined) {
        throw ended.error;
      } else if (ended !== undefined) {
        return;
      } else {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    }
  } finally {
    stop?.();
  }
}

/** Whether just so many bytes come, as they are, and more than with the head. */
function isLarge({ headers }: IncomingMessage, bytes: number): boolean {
  return (
    bytes > 64 << 10 &&
    headers['content-length'] === String(bytes) &&
    headers['transfer-encoding'] === undefined
  );
}
