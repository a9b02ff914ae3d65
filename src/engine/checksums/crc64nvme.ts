import { combinedCrc } from './combinedCrc';

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

/** Returns the CRC64NVME of all bytes from the CRC64NVMEs of consecutive pieces. */
export function combinedCrc64Nvme(
  pieces: Iterable<{ readonly size: number; readonly crc64nvme: string }>,
): string {
  return combinedCrc(
    { bits: 64, polynomial },
    Array.from(pieces, ({ size, crc64nvme: crc }) => ({ size, crc })),
  );
}

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
