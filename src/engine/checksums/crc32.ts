import { crc32 } from 'node:zlib';
import { combinedCrc, type CrcKind } from './combinedCrc';

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

/** Returns the CRC32 of all bytes from the CRC32s of consecutive pieces. */
export function combinedCrc32(
  pieces: Iterable<{ readonly size: number; readonly crc32: string }>,
): string {
  return combinedCrc(
    kind,
    Array.from(pieces, ({ size, crc32: crc }) => ({ size, crc })),
  );
}

const kind: CrcKind = { bits: 32, polynomial: 0xedb88320n };

function toText(value: number): string {
  return toBytes(value).toString('base64');
}

function toBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
