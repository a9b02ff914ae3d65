import { crc32 } from 'node:zlib';

/** Returns a CRC32 as S3 writes it: big-endian, in base64. */
export function crc32Of(bytes: Uint8Array): string {
  return toText(crc32(bytes));
}

/** Computes a CRC32 of bytes that come in pieces. */
export class Crc32 {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  /** Returns the CRC32 as 4 bytes, big-endian. */
  digest(): Buffer {
    return toBytes(this.#value);
  }
}

/**
 * Returns the CRC32 of all bytes from the CRC32s of consecutive pieces, as zlib's `crc32_combine`
 * does (https://github.com/madler/zlib/blob/develop/crc32.c).
 */
export function combinedCrc32(
  pieces: Iterable<{ readonly size: number; readonly crc32: string }>,
): string {
  let whole = 0;
  for (const piece of pieces) {
    // Appends as many zeros as the piece has bytes, then adds the piece's own CRC.
    whole = multiplyModulo(shiftBy(piece.size), whole) ^ fromText(piece.crc32);
  }
  return toText(whole >>> 0);
}

/**
 * Polynomials over two elements modulo that of CRC32, the highest bit for the lowest power: a shift
 * by one bit is a multiplication by x.
 */
function multiplyModulo(one: number, other: number): number {
  let product = 0;
  for (let bit = 0x80000000, power = other; bit !== 0; bit >>>= 1) {
    if ((one & bit) !== 0) product ^= power;
    power = (power & 1) === 0 ? power >>> 1 : (power >>> 1) ^ 0xedb88320;
  }
  return product;
}

/** Returns x to the power of 8 times `bytes`: multiplying by it appends that many zeros. */
function shiftBy(bytes: number): number {
  let shift = 0x80000000;
  // x to the power of 8, squared with each round.
  let step = 0x00800000;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiplyModulo(step, shift);
    step = multiplyModulo(step, step);
  }
  return shift;
}

function toText(value: number): string {
  return toBytes(value).toString('base64');
}

function toBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function fromText(text: string): number {
  return Buffer.from(text, 'base64').readUInt32BE();
}
