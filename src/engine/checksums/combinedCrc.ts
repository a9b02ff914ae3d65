/** A CRC by the number of its bits and its polynomial, whose bits are in reverse order. */
export interface CrcKind {
  readonly bits: number;
  readonly polynomial: bigint;
}

/**
 * Returns the CRC of all bytes from the CRCs of consecutive pieces, as zlib's `crc32_combine` does
 * (https://github.com/madler/zlib/blob/develop/crc32.c). They are as S3 writes them: big-endian, in
 * base64.
 */
export function combinedCrc(
  kind: CrcKind,
  pieces: Iterable<{ readonly size: number; readonly crc: string }>,
): string {
  let whole = 0n;
  // All pieces but the last have one size.
  let known = { size: 0, shift: oneOf(kind) };
  for (const { size, crc } of pieces) {
    if (size !== known.size) known = { size, shift: shiftBy(kind, size) };
    // Appends as many zeros as the piece has bytes, then adds the piece's own CRC.
    whole = multiplyModulo(kind, known.shift, whole) ^ fromText(crc);
  }
  return toText(kind, whole);
}

/**
 * Polynomials over two elements modulo that of the CRC, the highest bit for the lowest power: a shift
 * by one bit is a multiplication by x.
 */
function multiplyModulo(kind: CrcKind, factor: bigint, other: bigint): bigint {
  const { polynomial } = kind;
  let product = 0n;
  for (let bit = oneOf(kind), power = other; bit !== 0n; bit >>= 1n) {
    if ((factor & bit) !== 0n) product ^= power;
    power = (power & 1n) === 0n ? power >> 1n : (power >> 1n) ^ polynomial;
  }
  return product;
}

/** Returns x to the power of 8 times `bytes`: multiplying by it appends that many zeros. */
function shiftBy(kind: CrcKind, bytes: number): bigint {
  let shift = oneOf(kind);
  // x to the power of 8, squared with each round.
  let step = oneOf(kind) >> 8n;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiplyModulo(kind, step, shift);
    step = multiplyModulo(kind, step, step);
  }
  return shift;
}

function oneOf({ bits }: CrcKind): bigint {
  return 1n << BigInt(bits - 1);
}

function fromText(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64').toString('hex')}`);
}

function toText({ bits }: CrcKind, value: bigint): string {
  return Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex').toString('base64');
}
