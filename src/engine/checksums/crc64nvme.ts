/**
 * Computes the CRC-64/NVME, which S3 keeps of objects that came without a checksum
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html). Its
 * parameters: https://reveng.sourceforge.io/crc-catalogue/all.htm#crc.cat.crc-64-nvme
 */
export class Crc64Nvme {
  // Two halves of 32 bits: numbers have no 64, and BigInt is far too slow.
  #high = -1;
  #low = -1;

  update(bytes: Uint8Array): void {
    const table = (madeTable ??= makeTable());
    // Signed numbers and a plain loop: anything else is slower by an order of magnitude.
    let [high, low] = [this.#high, this.#low];
    for (let at = 0, end = bytes.length; at < end; at++) {
      const index = ((low ^ (bytes[at] ?? 0)) & 0xff) << 1;
      low = ((low >>> 8) | (high << 24)) ^ (table[index] ?? 0);
      high = (high >>> 8) ^ (table[index + 1] ?? 0);
    }
    [this.#high, this.#low] = [high, low];
  }

  digest(): Buffer {
    const value = Buffer.alloc(8);
    value.writeInt32BE(~this.#high, 0);
    value.writeInt32BE(~this.#low, 4);
    return value;
  }
}

/** Returns a CRC64NVME as S3 writes it: big-endian, in base64. */
export function crc64NvmeOf(bytes: Uint8Array): string {
  const crc = new Crc64Nvme();
  crc.update(bytes);
  return crc.digest().toString('base64');
}

/** Returns that of all bytes from those of consecutive pieces, as `combinedCrc32` does. */
export function combinedCrc64Nvme(
  pieces: Iterable<{ readonly size: number; readonly crc64nvme: string }>,
): string {
  let whole = 0n;
  // All pieces but the last have one size.
  let known = { size: 0, shift: one };
  for (const { size, crc64nvme } of pieces) {
    if (size !== known.size) known = { size, shift: shiftBy(size) };
    whole = multiplyModulo(known.shift, whole) ^ Buffer.from(crc64nvme, 'base64').readBigUInt64BE();
  }
  const value = Buffer.alloc(8);
  value.writeBigUInt64BE(whole);
  return value.toString('base64');
}

/** As for CRC32, of 64 bits: polynomials modulo that of CRC64NVME, the highest bit for 1. */
function multiplyModulo(factor: bigint, other: bigint): bigint {
  let product = 0n;
  for (let bit = one, power = other; bit !== 0n; bit >>= 1n) {
    if ((factor & bit) !== 0n) product ^= power;
    power = (power & 1n) === 0n ? power >> 1n : (power >> 1n) ^ polynomial;
  }
  return product;
}

/** Returns x to the power of 8 times `bytes`: multiplying by it appends that many zeros. */
function shiftBy(bytes: number): bigint {
  let shift = one;
  // x to the power of 8, squared with each round.
  let step = one >> 8n;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiplyModulo(step, shift);
    step = multiplyModulo(step, step);
  }
  return shift;
}

const one = 1n << 63n;

let madeTable: Int32Array | undefined;

/** For each byte the low half, then the high one. */
function makeTable(): Int32Array {
  const table = new Int32Array(512);
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) {
      value = (value & 1n) === 0n ? value >> 1n : (value >> 1n) ^ polynomial;
    }
    table[2 * index] = Number(BigInt.asIntN(32, value));
    table[2 * index + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }
  return table;
}

/** That of the NVM Express specification, 0xad93d23594c93659, with its bits in reverse order. */
const polynomial = 0x9a6c9329ac4bc9b5n;
