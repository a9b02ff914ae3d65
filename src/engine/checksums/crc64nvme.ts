/** Computes a CRC64NVME, which S3 keeps of objects that came without a checksum. */
export interface Crc64Nvme {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

export function crc64nvme(): Crc64Nvme {
  // Two halves of 32 bits: numbers have no 64, and BigInt is far too slow. All of them are signed,
  // and the loop is plain, since anything else is slower by an order of magnitude.
  let high = -1;
  let low = -1;
  return {
    update(bytes) {
      const table = (made ??= makeTable());
      let [h, l] = [high, low];
      for (let at = 0, end = bytes.length; at < end; at++) {
        const index = ((l ^ (bytes[at] ?? 0)) & 0xff) << 1;
        l = ((l >>> 8) | (h << 24)) ^ (table[index] ?? 0);
        h = (h >>> 8) ^ (table[index + 1] ?? 0);
      }
      [high, low] = [h, l];
    },
    digest() {
      const value = Buffer.alloc(8);
      value.writeInt32BE(~high, 0);
      value.writeInt32BE(~low, 4);
      return value;
    },
  };
}

let made: Int32Array | undefined;

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

/** That of the NVM Express specification, its bits in reverse order. */
const polynomial = 0x9a6c9329ac4bc9b5n;
