import type { FilePath } from '../../protocol/folders';
import type { LocalFile } from '../disk/localFile';

/**
 * Inodes use all 64 bits, and SQLite's whole numbers have a sign. A time after 2262 needs more: it
 * comes back as another one, which `isSameState` takes for the same.
 */
export function localFileColumns({
  path,
  size,
  mtimeNs: modifiedAt,
  ctimeNs: changedAt,
  inode,
}: LocalFile) {
  const kept = (value: bigint) => BigInt.asIntN(64, value);
  return [path, size, kept(modifiedAt), kept(changedAt), kept(inode)] as const;
}

/** What stands of a local file in a row; SQLite gives whole numbers as bigint. */
export interface LocalFileRow {
  readonly path: string;
  readonly size: bigint;
  readonly modified_at: bigint;
  readonly changed_at: bigint;
  readonly inode: bigint;
}

export function toLocalFile(row: LocalFileRow): LocalFile {
  return {
    path: row.path as FilePath,
    size: Number(row.size),
    mtimeNs: row.modified_at,
    ctimeNs: row.changed_at,
    inode: BigInt.asUintN(64, row.inode),
  };
}
