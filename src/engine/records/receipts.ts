import type { FilePath } from '../../protocol/folders';
import type { CloudFile } from '../scan/cloudListing';
import { isSameState, type LocalFile } from '../disk/localFile';

/** What the last proof of a path left behind: these very bytes were in the cloud. */
export interface Receipt {
  /** The file's fields when its bytes were read. */
  readonly local: LocalFile;
  /** Of all its bytes, in hexadecimal. */
  readonly sha256: string;
  /** Of the object that held them. */
  readonly etag: string;
  /** The store's CRC32 over the whole object, base64, where it keeps one. */
  readonly crc32: string | undefined;
  readonly versionId: string | undefined;
  /** When the reading began; milliseconds since 1970. */
  readonly hashBegan: number;
  /** When the two sides were found to be the same; milliseconds since 1970. */
  readonly provedAt: number;
  /**
   * Since when the local file has been let go, so that the copy is the original and no file that
   * comes to have its name may replace it unasked; milliseconds since 1970.
   */
  readonly freedAt?: number | undefined;
}

/** Whose receipts: a folder's, for one place in one store; whatever profile leads there. */
export interface ReceiptOwner {
  /** Random, made when the folder got its first target. */
  readonly folderId: string;
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * The receipts of all folders. What is put is kept before the call returns, but where somebody else
 * has the file locked: then it is kept when he lets go, and read until then as if it were.
 */
export interface Receipts {
  of(owner: ReceiptOwner): FolderReceipts;
  /** Why receipts will be forgotten with this window, or `undefined` where they are kept. */
  readonly persistenceError: string | undefined;
  close(): void;
}

/** The receipts of one folder for one place in the cloud. */
export interface FolderReceipts {
  /** Wait for it before a comparison: what cannot be read counts as not proved. */
  readable(signal: AbortSignal): Promise<void>;
  all(): ReadonlyMap<FilePath, Receipt>;
  get(path: FilePath): Receipt | undefined;
  /** Replaces the path's receipt. */
  put(receipt: Receipt): void;
  forget(path: FilePath): void;
  /** What an earlier reading of the path found, whatever it said of the copy. */
  reading(path: FilePath): Reading | undefined;
  /** The last readings of the paths whose bytes were not those of their copies. */
  differing(): ReadonlyMap<FilePath, Reading>;
  /** Replaces what is remembered of the path's readings. */
  remember(reading: Reading): void;
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

/** Receipts that live as long as the engine. */
export function receiptsInMemory(why: string): Receipts {
  const owners = new Map<string, FolderReceipts>();
  return {
    persistenceError: why,
    of(owner) {
      const key = JSON.stringify([owner.folderId, owner.endpoint, owner.bucket, owner.prefix]);
      const known = owners.get(key) ?? folderInMemory();
      owners.set(key, known);
      return known;
    },
    close: () => undefined,
  };
}

function folderInMemory(): FolderReceipts {
  const receipts = new Map<FilePath, Receipt>();
  const readings = new Map<FilePath, Reading>();
  return {
    readable: () => Promise.resolve(),
    all: () => receipts,
    get: path => receipts.get(path),
    put: receipt => void receipts.set(receipt.local.path, receipt),
    forget: path => void receipts.delete(path),
    reading: path => readings.get(path),
    differing: () => new Map([...readings].filter(([, { cloud }]) => cloud === 'different')),
    remember: reading => void readings.set(reading.local.path, reading),
  };
}

/**
 * Whether a cloud copy is the one that a receipt speaks of. A copy that was cut short keeps its ETag
 * in stores that note it beside the bytes, so that the size counts as much.
 */
export function isOfCopy(
  { local, etag }: Pick<Receipt, 'local' | 'etag'>,
  cloud: Pick<CloudFile, 'size' | 'etag'>,
): boolean {
  return cloud.etag === etag && cloud.size === local.size;
}

/**
 * Notes when a path's local file is let go, or that it has stayed. Whatever proves both sides to be
 * the same again replaces the receipt, and with it the note.
 */
export function noteFreed(
  receipts: FolderReceipts,
  path: FilePath,
  freedAt: number | undefined,
): void {
  const receipt = receipts.get(path);
  if (receipt !== undefined && receipt.freedAt !== freedAt) receipts.put({ ...receipt, freedAt });
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
  const settled = BigInt(Math.floor(hashBegan - racyWindowMs)) * 1_000_000n;
  return isSameState(proved, local) && local.mtimeNs <= settled && local.ctimeNs <= settled;
}

/** FAT keeps modification times in steps of two seconds, coarser than any other file system here. */
const racyWindowMs = 2_000;
