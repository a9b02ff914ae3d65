import { isSameState, type LocalFile } from '../disk/localFile';

/** Proof that these very bytes of a path were in the cloud. */
export interface Receipt {
  /** The file's fields when its bytes were read. */
  readonly local: LocalFile;
  /** Of all its bytes, in hexadecimal. */
  readonly sha256: string;
  /** Of the object that held them. */
  readonly etag: string;
  /** The store's CRC32 over the whole object, base64, if it keeps one. */
  readonly crc32: string | undefined;
  readonly versionId: string | undefined;
  /** When the reading began; milliseconds since 1970. */
  readonly hashBegan: number;
  /** When the two sides were found to be the same; milliseconds since 1970. */
  readonly provedAt: number;
  /**
   * When the local file was freed, another folder came to its path, or the copy was restored beside
   * the local file: the copy is the original of another file than the one that has its name, which
   * may not replace it unasked; milliseconds since 1970.
   */
  readonly freedAt?: number | undefined;
}

/** A reading that proved nothing, remembered so that nothing is hashed or asked twice. */
export interface Reading {
  readonly local: LocalFile;
  /** Of the copy that it was compared with. */
  readonly etag: string;
  readonly cloud: 'different' | 'unknown';
  readonly sha256: string;
  readonly hashBegan: number;
}

/** Whose records: a folder's, for one place in one store; whatever profile leads there. */
export interface ReceiptOwner {
  /** Random, made when the folder got its first target. */
  readonly folderId: string;
  /** The store's identity, however its endpoint is spelled. */
  readonly store: string;
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Whether a cloud copy is the one that a receipt speaks of. The size counts as much as the ETag:
 * some stores keep the ETag beside the bytes, and so also of a copy that was cut short.
 */
export function isOfCopy(
  { local, etag }: Pick<Receipt, 'local' | 'etag'>,
  cloud: { readonly size: number; readonly etag: string },
): boolean {
  return cloud.etag === etag && cloud.size === local.size;
}

/**
 * Whether a receipt is of a copy that was restored beside the local file, which ended a conflict: the
 * file is a change to that copy, whatever their times say.
 */
export function wasKeptBeside({ freedAt, provedAt }: Receipt): boolean {
  // Whatever else lets a copy be an original comes after the proof.
  return freedAt === provedAt;
}

/**
 * Whether a file is still in the state in which it was read. A racy reading says nothing: a file that
 * was changed shortly before it was read can be changed again without its times showing it (git's
 * Documentation/technical/racy-git, https://git-scm.com/docs/racy-git).
 */
export function isSameReading(
  { local: proved, hashBegan }: Pick<Receipt, 'local' | 'hashBegan'>,
  local: LocalFile,
): boolean {
  if (hashBegan === neverSettled || !isSameState(proved, local)) return false;
  return !isRecent(local.mtimeNs, hashBegan) && !isRecent(local.ctimeNs, hashBegan);
}

/**
 * Whether a file looks as it did when it was read, though it may have changed in that very moment:
 * all that can be said by times alone.
 */
export function looksLikeReading(
  { local: proved, hashBegan }: Pick<Receipt, 'local' | 'hashBegan'>,
  local: LocalFile,
): boolean {
  return hashBegan !== neverSettled && isSameState(proved, local);
}

/** As the time of a reading: it proves nothing any more. */
export const neverSettled = 0;

/**
 * Whether a file could have been changed at this time, in nanoseconds, and again while it was read.
 * A time that lies further ahead was set by another clock, and whoever writes changes it.
 */
function isRecent(time: bigint, hashBegan: number): boolean {
  // Exact to a microsecond, which is enough for most files, and takes a fraction of the time.
  if (Number(time) / 1e6 < hashBegan - racyWindowMs - 1) return false;
  const settled = nanoseconds(hashBegan - racyWindowMs);
  return time > settled && time < nanoseconds(hashBegan + maxClockLeadMs);
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.floor(milliseconds)) * 1_000_000n;
}

/** FAT keeps modification times in steps of two seconds, coarser than any other file system here. */
const racyWindowMs = 2_000;

/** By which the clock of a file server may be ahead. */
const maxClockLeadMs = 3_600_000;
