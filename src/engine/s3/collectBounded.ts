import type { Readable } from 'node:stream';
import { MalformedAnswer } from '../failures/storeErrors';

/**
 * Reads an answer that is to be understood as a whole, as far as the limit in bytes: one without an
 * end would fill the memory. The bytes of objects are not read by it.
 */
export async function collectBounded(stream: Readable, limit = longestAnswer): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    size += piece.byteLength;
    if (size > limit) throw new MalformedAnswer(`an answer of more than ${String(limit)} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** A page of 1,000 keys, all of the longest kind and escaped, takes about 4 MB. */
const longestAnswer = 64 << 20;
