import { setTimeout as delay } from 'node:timers/promises';
import type { Bucket } from '../ports/bucket';
import { toFailure } from '../failures/failure';
import type { StoredUpload, UploadStore } from '../records/uploadStore';

/**
 * Frees the parts of an upload of our own that will not be finished. The user's Cancel must not stop
 * it, and its own failure must not hide why the upload was given up: it is tried again later.
 */
export async function giveUpUpload(
  bucket: Bucket,
  kept: StoredUpload,
  uploads: UploadStore,
): Promise<void> {
  uploads.keep({ ...kept, intent: 'abort' });
  const freed = bucket.abortMultipart(kept.upload, AbortSignal.timeout(10_000)).then(
    () => {
      uploads.forget(kept.upload);
    },
    (error: unknown) => {
      // With its bucket the upload is gone.
      if (toFailure(error, '').code === 'no-such-bucket') uploads.forget(kept.upload);
    },
  );
  // Where the store does not answer, whoever cancelled does not wait for it.
  const waited = new AbortController();
  await Promise.race([freed, delay(patienceMs, undefined, { signal: waited.signal })]);
  waited.abort();
}

/** How long the end of an upload waits for the store to free the parts. */
const patienceMs = 500;
