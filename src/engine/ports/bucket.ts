import type { EntryFault } from '../../protocol/verdicts';

/**
 * One S3 bucket, as the engine needs it. There is deliberately no way to delete an object and no
 * way to write one without saying what the caller believes to be there.
 *
 * Promises that every implementation keeps:
 * - Keys are used exactly as given: no normalising, no trimming, no decoding.
 * - A call that fails throws a `Failure`; an aborted signal makes it throw one with the code
 *   `cancelled`, soon, with its sockets closed.
 * - A call that returns has been answered by the store; nothing is assumed.
 * - Retrying is the implementation's business; no caller retries.
 */
export interface Bucket {
  readonly name: string;

  /**
   * All objects whose key starts with `prefix`, page by page, each exactly once. A page that cannot
   * be had ends the iteration with a `Failure`: what was yielded before is then not the whole.
   */
  list(request: ListRequest): AsyncIterable<readonly ListedObject[]>;

  /**
   * The versions of the object with exactly this key that the store still has, its delete markers
   * among them, newest first, page by page; the last is the only one where it keeps none.
   */
  listVersions(request: ListVersionsRequest): AsyncIterable<readonly ObjectVersion[]>;

  /** The object as it is now, or as that version was; `undefined` where there is none. */
  head(request: HeadRequest): Promise<ObjectHead | undefined>;

  /**
   * The object's bytes, or a range of them: all of them, or the iteration fails; never fewer. A
   * body that breaks off or stalls is asked for again from there, of the same object. Throws
   * `no-such-key` where there is none, `archived` where it has to be called back first, and
   * `changed-in-cloud` where `ifMatch` is given and is no longer its ETag.
   */
  get(request: GetRequest): Promise<ObjectContent>;

  /**
   * Stores `body` under `key` in one request, all or nothing, and returns only when the store's own
   * ETag or checksum equals the one computed here from `body`; else throws `not-verified`. Throws
   * `changed-in-cloud` where the condition does not hold. Where the store is not known to honour
   * conditions, it looks before it writes. An attempt of its own whose answer was lost is found
   * again and counts as done, never as somebody else's change.
   */
  put(request: PutRequest): Promise<StoredObject>;

  /** Begins a multipart upload; nothing is visible under `key` before it is completed. */
  startMultipart(request: StartMultipartRequest): Promise<MultipartUpload>;

  /**
   * Stores one part, verified as `put` verifies. A part number sent twice counts once, with the
   * later bytes.
   */
  putPart(request: PutPartRequest): Promise<StoredPart>;

  /**
   * The parts of an upload that have arrived, by their numbers, page by page. Throws
   * `no-such-upload` where the store no longer knows the upload.
   */
  listParts(upload: MultipartUpload, signal: AbortSignal): AsyncIterable<readonly ListedPart[]>;

  /**
   * Makes the parts, in ascending order, the object, with the same promises about condition, lost
   * answers and verification as `put`. Throws `no-such-upload` where the store no longer knows the
   * upload, or asks that it be begun anew.
   */
  completeMultipart(request: CompleteMultipartRequest): Promise<StoredObject>;

  /** Gives up an upload of our own and frees its parts. Does nothing if it is already gone. */
  abortMultipart(upload: MultipartUpload, signal: AbortSignal): Promise<void>;

  /**
   * Asks for the bytes of an archived object to be made readable for so many days, which takes
   * hours. Does nothing where they are readable or asked for already.
   */
  requestRestore(request: RestoreRequest): Promise<void>;

  /** Whether overwritten objects are kept; `unknown` where the store or its policy won't say. */
  versioning(signal: AbortSignal): Promise<Versioning>;

  /** Whether a write is preceded by a look, which is a request more. */
  readonly looksBeforeWriting: boolean;

  /**
   * How far the store's clock is ahead of this machine's, in milliseconds, learned from the answers
   * so far; 0 before the first.
   */
  readonly clockOffset: number;
}

/** What a write requires of the object that it would replace. */
export type Condition =
  { readonly kind: 'absent' } | { readonly kind: 'unchanged'; readonly etag: string };

export type Versioning = 'enabled' | 'suspended' | 'off' | 'unknown';

export interface ListRequest {
  readonly prefix: string;
  /** Objects per page at the most; the store's own limit (1,000) where it is left out. */
  readonly pageSize?: number;
  readonly signal: AbortSignal;
  /** Called before each attempt at the first page, counted from 1: the way to the store is new. */
  readonly onAttempt?: (number: number) => void;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Without its quotation marks. */
  readonly etag: string;
  /** Milliseconds since 1970; most stores give whole seconds. */
  readonly modifiedAtMs: number;
  readonly storageClass: string | undefined;
  /** Why it cannot be judged: what the entry lacks is 0 or empty here, or the key is a guess. */
  readonly fault?: EntryFault;
}

export interface ListVersionsRequest {
  readonly key: string;
  /** As for a list. */
  readonly pageSize?: number;
  readonly signal: AbortSignal;
}

export interface ObjectVersion {
  /** A marker stands for a deletion: it has no bytes and no ETag. */
  readonly kind: 'version' | 'delete-marker';
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
  /** User metadata, names in lower case and without the `x-amz-meta-` before them. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string | undefined;
  readonly versionId: string | undefined;
  /** What the store keeps and gives; none in the answer to a range. */
  readonly checksums: readonly ObjectChecksum[];
  /** Whether the ETag only looks like a digest: the object is encrypted with a key of its own. */
  readonly etagIsOpaque: boolean;
  /** When a rule of the bucket will remove it; milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  /** Where it lies in an archive, which gives no bytes at once. */
  readonly archive: Archive | undefined;
}

export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Over all bytes, or over the checksums of the parts that it was stored in. */
  readonly type: 'full-object' | 'composite';
  /** In base64, without the number of parts. */
  readonly value: string;
}

export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256';

export type Archive =
  | { readonly kind: 'archived' }
  | { readonly kind: 'restoring' }
  /** Its bytes can be had, for good or until then (milliseconds since 1970). */
  | { readonly kind: 'restored'; readonly until: number | undefined };

/** Whether objects of this class give their bytes only hours after they were asked for. */
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
  /** Within the object and not empty. */
  readonly range?: ByteRange | undefined;
}

export interface ByteRange {
  readonly start: number;
  /** The first byte after the range. */
  readonly end: number;
}

export interface ObjectContent {
  /** Of the whole object, whatever the range. */
  readonly head: ObjectHead;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What is stored beside the bytes. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PutRequest {
  readonly key: string;
  readonly body: Uint8Array;
  readonly condition: Condition;
  readonly attributes: ObjectAttributes;
  readonly signal: AbortSignal;
  /** Called with bytes of the body as they go out; negative where they have to go again. */
  readonly onSent?: (bytes: number) => void;
}

export interface StoredObject {
  readonly etag: string;
  /** The checksum that the store has confirmed, base64, where it keeps one. */
  readonly crc32: string | undefined;
  readonly versionId: string | undefined;
}

export interface StartMultipartRequest {
  readonly key: string;
  readonly attributes: ObjectAttributes;
  readonly signal: AbortSignal;
}

export interface MultipartUpload {
  readonly key: string;
  readonly uploadId: string;
  /** Whether the store takes a CRC32 with its parts and with the whole. */
  readonly takesCrc32: boolean;
}

export interface PutPartRequest {
  readonly upload: MultipartUpload;
  /** From 1 to 10,000. */
  readonly partNumber: number;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  /** As for a put. */
  readonly onSent?: (bytes: number) => void;
}

/** A part that the store has, and what its bytes are known by. */
export interface StoredPart {
  readonly partNumber: number;
  readonly size: number;
  readonly etag: string;
  /** In base64. Where no part lacks it, the whole is verified by them together. */
  readonly crc32: string | undefined;
}

/** A part as the store tells of it; not every store tells its CRC32. */
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
