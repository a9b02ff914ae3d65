import { crc32 } from 'node:zlib';

/** A CRC32 as S3 writes it: in base64. */
export function crc32Of(bytes: Uint8Array): string {
  return toText(crc32(bytes));
}

/** The CRC32 of bytes that are known only in pieces, by the CRC32s of these. */
export function combinedCrc32(
  pieces: Iterable<{ readonly size: number; readonly crc32: string }>,
): string {
  let whole = 0;
  for (const piece of pieces) {
    // As if the piece's own bytes were zeros that follow; then they are added.
    whole = multiplied(shiftBy(piece.size), whole) ^ fromText(piece.crc32);
  }
  return toText(whole >>> 0);
}

/**
 * Polynomials over two elements modulo that of CRC32, the highest bit for the lowest power: a shift
 * by one bit is a multiplication by x.
 */
function multiplied(one: number, other: number): number {
  let product = 0;
  for (let bit = 0x80000000, power = other; bit !== 0; bit >>>= 1) {
    if ((one & bit) !== 0) product ^= power;
    power = (power & 1) === 0 ? power >>> 1 : (power >>> 1) ^ 0xedb88320;
  }
  return product;
}

/** The power of x that shifts by so many bytes. */
function shiftBy(bytes: number): number {
  let shift = 0x80000000;
  // By eight bits; then by twice as many with each round.
  let step = 0x00800000;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiplied(step, shift);
    step = multiplied(step, step);
  }
  return shift;
}

function toText(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

function fromText(text: string): number {
  return Buffer.from(text, 'base64').readUInt32BE();
}
