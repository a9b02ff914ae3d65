import type { EntryFault } from '../../protocol/verdicts';
import type { WriteKnowledge } from './writeKnowledge';

/**
 * One S3 bucket, as the engine needs it. There is deliberately no way to delete an object, and no
 * way to write one without saying what the caller believes to be there.
 *
 * Every implementation keeps these promises:
 * - It uses keys exactly as given: it does not normalise, trim or decode them.
 * - A call that fails throws a `Failure`, also while its result is iterated. When its signal is
 *   aborted, it soon throws one with the code `cancelled`, and closes its sockets.
 * - A call that returns was answered by the store; nothing is assumed.
 * - It retries what may succeed later; callers do not retry.
 * - Sizes and offsets are in bytes; times are in milliseconds since 1970; ETags come without
 *   quotation marks, digests in lower case; checksums are in base64.
 */
export interface Bucket {
  readonly name: string;

  /**
   * Yields all objects whose key starts with `prefix`, page by page, each exactly once. Where it
   * throws, what it has yielded before is not the whole list.
   */
  list(request: ListRequest): AsyncIterable<readonly ListedObject[]>;

  /**
   * Returns what stands between `prefix` and the next `/` of the keys that begin with it, each with
   * that `/` and with the prefix; the first page of them, which holds 1,000 keys and folders on S3.
   */
  folders(request: FoldersRequest): Promise<readonly string[]>;

  /**
   * Yields the versions and delete markers that the store still has of the object with exactly this
   * key, page by page, newest first. Where the bucket keeps no versions, the current object is the
   * only one.
   */
  listVersions(request: ListVersionsRequest): AsyncIterable<readonly ObjectVersion[]>;

  /** Returns what the store says of the object, or of one version; `undefined` where there is none. */
  head(request: HeadRequest): Promise<ObjectHead | undefined>;

  /**
   * Returns the bytes of the object, or of a range of it. The body yields all of them or throws; it
   * never ends early. Where it breaks off or stalls, the rest of the same object is requested. Throws
   * `no-such-key` where there is no such object, `archived` where it must be restored from an archive
   * first, and `changed-in-cloud` where its ETag is not `ifMatch` (RFC 9110, section 13.1.1).
   */
  get(request: GetRequest): Promise<ObjectContent>;

  /**
   * Stores `body` under `key` in one request, all or nothing. It returns only when the store's ETag
   * or checksum equals the one computed from `body`, or the stored bytes do; else it throws
   * `not-verified`. Throws `changed-in-cloud` where the condition does not hold, `replaced-unseen`
   * where versions show that the store ignored it. Unless it is known to honour conditions, a HEAD
   * comes first. An attempt whose answer was lost counts as done, not as another's change.
   */
  put(request: PutRequest): Promise<StoredObject>;

  /** Starts a multipart upload. Nothing is visible under `key` before it is completed. */
  startMultipart(request: StartMultipartRequest): Promise<MultipartUpload>;

  /**
   * Stores one part, verified by the store's answer; throws `not-verified` where that contradicts
   * the bytes. Of two parts with the same number, the later one counts. Throws `no-such-upload` where
   * the store no longer knows the upload.
   */
  putPart(request: PutPartRequest): Promise<StoredPart>;

  /**
   * Yields the parts of an upload that have arrived, page by page, in the order of their numbers.
   * Throws `no-such-upload` where the store no longer knows the upload.
   */
  listParts(upload: MultipartUpload, signal: AbortSignal): AsyncIterable<readonly ListedPart[]>;

  /**
   * Makes the parts, given in ascending order, the object. It keeps the promises of `put` about the
   * condition, lost answers and verification. Throws `no-such-upload` where the store no longer knows
   * the upload, or asks that it be begun anew.
   */
  completeMultipart(request: CompleteMultipartRequest): Promise<CompletedObject>;

  /** Aborts an upload of our own and frees its parts. Does nothing where it is already gone. */
  abortMultipart(upload: MultipartUpload, signal: AbortSignal): Promise<void>;

  /**
   * Asks the store to make an archived object readable for so many days, which takes hours. Does
   * nothing where it is readable, or was asked for already. Throws `no-such-key` where there is none.
   */
  requestRestore(request: RestoreRequest): Promise<void>;

  /** Returns whether overwritten objects are kept; `unknown` where the store does not tell. */
  versioning(signal: AbortSignal): Promise<Versioning>;

  /** What its answers have shown so far of what writes cost. */
  readonly writes: WriteKnowledge;

  /** How far the store's clock is ahead of this machine's, in milliseconds; 0 before an answer. */
  readonly clockOffsetMs: number;
}

/**
 * What a write requires of the object that it would replace: that there is none, or that it still
 * has this ETag.
 */
export type Condition =
  { readonly kind: 'absent' } | { readonly kind: 'unchanged'; readonly etag: string };

export type Versioning = 'enabled' | 'suspended' | 'off' | 'unknown';

export interface ListRequest {
  readonly prefix: string;
  /** Only keys after this one, in the order in which the store lists. */
  readonly after?: string;
  /** The most objects per page; the store's own limit, 1,000 on S3, where it is left out. */
  readonly pageSize?: number;
  readonly signal: AbortSignal;
  /** Called before each attempt at the first page, with its number from 1. */
  readonly onAttempt?: (number: number) => void;
}

export type FoldersRequest = Pick<ListRequest, 'prefix' | 'signal'>;

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Without its quotation marks. */
  readonly etag: string;
  /** Most stores give whole seconds. */
  readonly modifiedAtMs: number;
  readonly storageClass: string | undefined;
  /** Why it cannot be judged: what the entry lacks is 0 or empty here, or the key is a guess. */
  readonly fault?: EntryFault;
}

export interface ListVersionsRequest {
  readonly key: string;
  /** As in `ListRequest`. */
  readonly pageSize?: number;
  readonly signal: AbortSignal;
}

export interface ObjectVersion {
  /** A deletion leaves a marker of size 0, without ETag; of an odd one the list tells too little. */
  readonly kind: 'version' | 'delete-marker' | 'odd';
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly storageClass: string | undefined;
}

export interface ObjectHead {
  readonly size: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
  /** User metadata; its names are in lower case and without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string | undefined;
  readonly versionId: string | undefined;
  /** The checksums that the store keeps and tells; none in the answer to a range. */
  readonly checksums: readonly ObjectChecksum[];
  /** Whether the ETag is no digest of the bytes though it looks like one: SSE-KMS and SSE-C. */
  readonly etagIsOpaque: boolean;
  /** When a lifecycle rule of the bucket will remove it. */
  readonly expiresAt: number | undefined;
  /** Set where it is in an archive class, whose bytes cannot be read at once. */
  readonly archive: Archive | undefined;
}

export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Computed from all bytes, or from the checksums of the parts. */
  readonly type: 'full-object' | 'composite';
  /** Without the number of parts. */
  readonly value: string;
}

export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256';

export type Archive =
  | { readonly kind: 'archived' }
  | { readonly kind: 'restoring' }
  /** Its bytes can be read, until then or for good. */
  | { readonly kind: 'restored'; readonly until: number | undefined };

/** Whether objects of this storage class must be restored, which takes hours, before they are read. */
export function isArchiveClass(storageClass: string | undefined): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

export interface HeadRequest {
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly signal: AbortSignal;
}

export interface GetRequest extends HeadRequest {
  readonly ifMatch?: string | undefined;
  /** It must not be empty, and must lie within the object. */
  readonly range?: ByteRange | undefined;
  /**
   * Memory of the size of what is asked for. The pieces of the body may be parts of it, each in its
   * place; then they need not be copied there.
   */
  readonly into?: Uint8Array | undefined;
}

export interface ByteRange {
  readonly start: number;
  /** The first byte after the range. */
  readonly end: number;
}

export interface ObjectContent {
  /** It describes the whole object, whatever the range. */
  readonly head: ObjectHead;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What is stored with the bytes. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PutRequest {
  readonly key: string;
  readonly body: Uint8Array;
  /** Of the body, in hexadecimal, where it is known. */
  readonly sha256?: string;
  readonly condition: Condition;
  readonly attributes: ObjectAttributes;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have gone out; negative where they must be sent again. */
  readonly onSent?: (bytes: number) => void;
}

export interface StoredObject {
  readonly etag: string;
  /** What the store has confirmed of the whole, where it keeps them. */
  readonly crc32: string | undefined;
  readonly crc64nvme?: string;
  readonly sha256?: string;
  readonly versionId: string | undefined;
}

export interface CompletedObject extends StoredObject {
  /** Whether it stood there with just these bytes, so that the upload may still be open. */
  readonly wasFound?: boolean;
}

export interface StartMultipartRequest {
  readonly key: string;
  readonly attributes: ObjectAttributes;
  readonly signal: AbortSignal;
}

export interface MultipartUpload {
  readonly key: string;
  readonly uploadId: string;
  /** What the store takes with each part, and for the whole. */
  readonly checksum: 'crc32' | 'crc64nvme' | 'none';
}

export interface PutPartRequest {
  readonly upload: MultipartUpload;
  /** From 1 to 10,000 (S3's page "Amazon S3 multipart upload limits"). */
  readonly partNumber: number;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  /** As in `PutRequest`. */
  readonly onSent?: (bytes: number) => void;
}

/** A part that the store has. */
export interface StoredPart {
  readonly partNumber: number;
  readonly size: number;
  readonly etag: string;
  readonly crc32: string | undefined;
  readonly crc64nvme?: string;
}

/** A part as the store lists it; not every store lists its checksum. */
export type ListedPart = StoredPart;

export interface RestoreRequest extends HeadRequest {
  readonly days: number;
}

export interface CompleteMultipartRequest {
  readonly upload: MultipartUpload;
  readonly parts: readonly StoredPart[];
  /** The sum of the parts' sizes: the store refuses to complete anything else. */
  readonly size: number;
  readonly condition: Condition;
  readonly signal: AbortSignal;
}
