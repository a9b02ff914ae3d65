import { createHash } from 'node:crypto';
import type { ObjectHead } from '../ports/bucket';
import { Failure, toFailure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import { fetchObject } from '../restore/fetchObject';
import type { FreeUpStep, FreeUpTools } from './freeStep';

/** The copy that is to be read back, and what its bytes must be. */
export interface ReadBack {
  readonly head: ObjectHead;
  /**
   * `last-byte`: what the store keeps of all bytes has told that they are the same, and only
   * whether they can be had is open.
   */
  readonly extent: 'last-byte' | 'whole';
  readonly sha256: string;
  readonly lastByte: number | undefined;
}

/**
 * Throws where the bytes of a copy cannot be had, or are others: the head of an object answers, too,
 * where its bytes are damaged, or where reading them is not allowed.
 */
export async function readBack(
  step: FreeUpStep,
  wanted: ReadBack,
  tools: FreeUpTools,
): Promise<void> {
  const { path } = step;
  const { head, extent } = wanted;
  if (head.size === 0) return;
  let isSame: boolean;
  try {
    isSame =
      extent === 'whole'
        ? (await digestOf(step, head, tools)) === wanted.sha256
        : (await lastByteOf(step, head, tools)) === wanted.lastByte;
  } catch (error) {
    throw unreadable(toFailure(error, path), path);
  }
  if (!isSame) throw new Failure('copy-damaged', path);
}

async function lastByteOf(
  { path, route }: FreeUpStep,
  { size, etag }: ObjectHead,
  { signal }: FreeUpTools,
): Promise<number | undefined> {
  const { body } = await route.bucket.get({
    key: toKey(route.target.prefix, path),
    ifMatch: etag,
    range: { start: size - 1, end: size },
    signal,
  });
  let last: number | undefined;
  for await (const piece of body) last = piece.at(-1) ?? last;
  return last;
}

async function digestOf(
  { path, route }: FreeUpStep,
  { size, etag }: ObjectHead,
  { memory, traffic, signal }: FreeUpTools,
): Promise<string> {
  const { bucket, target } = route;
  const key = toKey(target.prefix, path);
  const object = { bucket, key, versionId: undefined, etag, size };
  const hash = createHash('sha256');
  await fetchObject(
    { ...object, semaphore: memory, traffic, signal, onBytes: () => undefined },
    () =>
      Promise.resolve(bytes => {
        hash.update(bytes);
        return Promise.resolve();
      }),
  );
  return hash.digest('hex');
}

/** What is about the object itself, and not about the way to the store. */
function unreadable(failure: Failure, path: string): Failure {
  switch (failure.code) {
    case 'changed-in-cloud':
      return new Failure('copy-differs', path);
    case 'no-such-key':
    case 'archived':
      return new Failure(failure.code, path);
    case 'access-denied':
    case 'store-error':
    case 'not-as-stored':
      return new Failure('copy-unreadable', path, failure.cause ?? failure);
    default:
      return failure;
  }
}
