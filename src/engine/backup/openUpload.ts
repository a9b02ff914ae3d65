import type { Bucket, ListedPart, ObjectAttributes } from '../ports/bucket';
import { toFailure } from '../failures/failure';
import { isSameState, type LocalFile } from '../disk/localFile';
import { giveUpUpload } from './giveUpUpload';
import { interruptionOf } from '../network/circuitBreaker';
import type { StoredUpload, UploadStore } from '../records/uploadStore';

export interface OpenUploadRequest {
  readonly bucket: Bucket;
  readonly key: string;
  /** The state of the file that is to be sent. */
  readonly local: LocalFile;
  readonly partSize: number;
  readonly attributes: ObjectAttributes;
  readonly uploads: UploadStore;
  readonly signal: AbortSignal;
}

/** An upload that takes parts, and those that it has already, by their numbers. */
export interface OpenUpload {
  readonly kept: StoredUpload;
  readonly arrived: ReadonlyMap<number, ListedPart>;
}

/**
 * Goes on with an earlier upload of the same state of the file, or begins a new one. Nobody vouches
 * for the parts that have arrived: they are to be compared with the file.
 */
export async function openUpload(request: OpenUploadRequest): Promise<OpenUpload> {
  const { bucket, key, local, partSize, attributes, uploads, signal } = request;
  for (const kept of uploads.of(local.path)) {
    const fits =
      kept.intent === 'finish' && kept.partSize === partSize && isSameState(kept.local, local);
    const arrived = fits ? await partsOf(bucket, kept, signal) : undefined;
    if (arrived !== undefined) return { kept: { ...kept, usedAt: Date.now() }, arrived };
    await giveUpUpload(bucket, kept, uploads);
  }
  const upload = await bucket.startMultipart({ key, attributes, signal });
  const kept = { upload, local, partSize, intent: 'finish', usedAt: Date.now() } as const;
  uploads.keep(kept);
  return { kept, arrived: new Map() };
}

/** Gives `undefined` where the store no longer knows the upload, or does not tell of it. */
async function partsOf(
  bucket: Bucket,
  { upload }: StoredUpload,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, ListedPart> | undefined> {
  const parts = new Map<number, ListedPart>();
  try {
    for await (const page of bucket.listParts(upload, signal)) {
      for (const part of page) parts.set(part.partNumber, part);
    }
    return parts;
  } catch (error) {
    const { code } = toFailure(error, upload.key);
    if (code === 'cancelled') throw error;
    // Stores that cannot list parts say it in words of an error of theirs.
    if (interruptionOf(code) !== undefined && code !== 'store-error') throw error;
    return undefined;
  }
}
