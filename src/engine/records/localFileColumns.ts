import type { FilePath } from '../../protocol/folders';
import type { LocalFile } from '../disk/localFile';

/**
 * Returns a local file as columns. Inodes use all 64 bits, and SQLite's integers are signed. A time
 * after 2262 needs more bits: it comes back as another one, which `isSameState` takes for the same.
 */
export function localFileColumns({ path, size, mtimeNs, ctimeNs, inode }: LocalFile) {
  const signed = (value: bigint) => BigInt.asIntN(64, value);
  return [path, size, signed(mtimeNs), signed(ctimeNs), signed(inode)] as const;
}

/** Read with `setReadBigInts`. */
export interface LocalFileRow {
  readonly path: string;
  readonly size: bigint;
  readonly mtime_ns: bigint;
  readonly ctime_ns: bigint;
  readonly inode: bigint;
}

export function fromRow(row: LocalFileRow): LocalFile {
  return {
    path: row.path as FilePath,
    size: Number(row.size),
    mtimeNs: row.mtime_ns,
    ctimeNs: row.ctime_ns,
    inode: BigInt.asUintN(64, row.inode),
  };
}
