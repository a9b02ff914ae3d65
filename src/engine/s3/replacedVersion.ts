import type { Condition, ObjectVersion, StoredObject } from '../ports/bucket';
import { Failure } from '../failures/failure';
import { listVersions } from './listVersions';
import type { BucketContext } from './bucketContext';

interface FinishedWrite {
  readonly key: string;
  readonly size: number;
  readonly condition: Condition;
  readonly isOwn: (told: { readonly etag: string; readonly crc32: undefined }) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Checks what a write has replaced: where versions are kept, that is the one below ours, whatever
 * the store makes of conditions. Throws `replaced-unseen`, after calling `onUnseen`, where that is
 * not what was seen before the write.
 */
export async function checkReplacedVersion(
  context: BucketContext,
  { key, size, condition, isOwn, signal }: FinishedWrite,
  { versionId }: StoredObject,
  onUnseen: () => void,
): Promise<void> {
  if (versionId === undefined || versionId === 'null') return;
  const newest = await newestTwo(context, key, signal);
  const [ours, before] = newest;
  // Somebody has written since, or the store lists in an order of its own: nothing can be told.
  if (ours?.versionId !== versionId || newest.some(({ kind }) => kind === 'odd')) return;
  const was = before?.kind === 'version' ? before : undefined;
  const wasSeen = condition.kind === 'absent' ? was === undefined : was?.etag === condition.etag;
  const isAnotherAttempt = was?.size === size && isOwn({ etag: was.etag, crc32: undefined });
  if (wasSeen || isAnotherAttempt) return;
  onUnseen();
  throw new Failure('replaced-unseen', key, `version ${before?.versionId ?? 'none'}`);
}

/** Returns none where they cannot be listed: the write has had its condition all the same. */
async function newestTwo(
  context: BucketContext,
  key: string,
  signal: AbortSignal,
): Promise<readonly ObjectVersion[]> {
  try {
    for await (const page of listVersions(context, { key, pageSize: 2, signal })) return page;
    return [];
  } catch (error) {
    if (signal.aborted) throw error;
    return [];
  }
}
