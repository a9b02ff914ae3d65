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

  /** The object as it is now, or `undefined` where there is none. */
  head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined>;

  /**
   * The object's bytes. Throws `no-such-key` where there is none and `changed-in-cloud` where
   * `ifMatch` is given and is no longer its ETag.
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
   * Makes the parts, in ascending order, the object, with the same promises about condition, lost
   * answers and verification as `put`. Throws `no-such-upload` where the store no longer knows the
   * upload.
   */
  completeMultipart(request: CompleteMultipartRequest): Promise<StoredObject>;

  /** Gives up an upload of our own and frees its parts. Does nothing if it is already gone. */
  abortMultipart(upload: MultipartUpload, signal: AbortSignal): Promise<void>;

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
  readonly modifiedAt: number;
  readonly storageClass: string | undefined;
}

export interface ObjectHead {
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly contentType: string | undefined;
  /** User metadata, names in lower case and without the `x-amz-meta-` before them. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string | undefined;
  readonly versionId: string | undefined;
  /** The store's own checksums over the whole object, base64, where it keeps them. */
  readonly crc32: string | undefined;
  readonly sha1: string | undefined;
  readonly sha256: string | undefined;
  /** Whether the ETag only looks like a digest: the object is encrypted with a key of its own. */
  readonly etagIsOpaque: boolean;
}

export interface GetRequest {
  readonly key: string;
  readonly ifMatch?: string;
  readonly signal: AbortSignal;
}

export interface ObjectContent {
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

export interface StoredPart {
  readonly partNumber: number;
  readonly etag: string;
}

export interface CompleteMultipartRequest {
  readonly upload: MultipartUpload;
  readonly parts: readonly StoredPart[];
  /** The sum of the parts' sizes: the store refuses to complete anything else. */
  readonly size: number;
  readonly condition: Condition;
  readonly signal: AbortSignal;
}
