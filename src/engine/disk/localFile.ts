import type { BigIntStats } from 'node:fs';
import type { FilePath } from '../../protocol/folders';

/**
 * A file on disk. Equal fields mean equal content, unless the file changed twice within one tick of
 * the disk's clock (`isSameReading` and `statWhenStable` guard against that).
 */
export interface LocalFile {
  readonly path: FilePath;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** When content or attributes last changed; nanoseconds since 1970. */
  readonly ctimeNs: bigint;
  readonly inode: bigint;
}

export function toLocalFile(path: FilePath, stat: BigIntStats): LocalFile {
  return {
    path,
    size: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    inode: stat.ino,
  };
}

/** Whether a file was in the same state both times; paths are not compared. */
export function isSameState(one: LocalFile, other: LocalFile): boolean {
  return (
    one.size === other.size &&
    isSameTime(one.mtimeNs, other.mtimeNs) &&
    isSameTime(one.ctimeNs, other.ctimeNs) &&
    one.inode === other.inode
  );
}

/**
 * Compares the 64 bits that SQLite keeps of a time: nanoseconds after 2262 have more. Two different
 * times with the same 64 bits are 584 years apart.
 */
function isSameTime(one: bigint, other: bigint): boolean {
  return one === other || BigInt.asIntN(64, one) === BigInt.asIntN(64, other);
}
