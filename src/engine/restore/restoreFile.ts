import type { FileHandle } from 'node:fs/promises';
import type { StepResult } from '../batch/batch';
import type { ObjectHead } from '../ports/bucket';
import type { Semaphore } from '../concurrency/semaphore';
import type { CloudFile } from '../scan/cloudListing';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import type { LocalFile } from '../disk/localFile';
import type { Receipt } from '../records/receipts';
import type { TransferControl } from '../network/transferControl';
import { wholeChecksum } from '../checksums/storeChecksums';
import { contentCheck, type ContentVerdict } from '../checksums/contentCheck';
import { fetchObject } from './fetchObject';
import { writeAtomically, type Placed, type WriteDeps } from './writeAtomically';
import type { RestoreStep } from './restorePlan';
import { applyAttributes, storedAttributes } from '../disk/fileMetadata';
import { writeAll } from '../disk/writeFile';

export interface RestoreDeps extends WriteDeps {
  readonly semaphore: Semaphore;
  readonly traffic: TransferControl;
}

/** What the restoring of one file has led to. */
export interface Restored extends StepResult {
  readonly cloud: CloudFile;
}

/**
 * Restores one file: fetched, checked against what the store keeps of it, written beside its place
 * and only then put into it. Throws with everything as it was before.
 */
export async function restoreFile(
  step: RestoreStep,
  deps: RestoreDeps,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Restored> {
  if (step.refusal !== undefined) throw step.refusal;
  const began = Date.now();
  let fetched: Fetched | undefined;
  const placed = await writeAtomically(step, deps, async (handle, usualMode) => {
    fetched = await fetchInto(handle, step, deps, signal, onBytes);
    await applyAttributes(handle, storedAttributes(fetched.head), usualMode);
  });
  const { local, replaced } = placed;
  const receipt = isProof(step, placed, fetched) ? receiptOf(local, fetched, began) : undefined;
  return { local, replaced, cloud: step.cloud, receipt };
}

interface Fetched {
  readonly head: ObjectHead;
  readonly content: ContentVerdict;
}

async function fetchInto(
  handle: FileHandle,
  step: RestoreStep,
  { semaphore, traffic }: RestoreDeps,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Fetched> {
  const { route, path, from = path, cloud, versionId } = step;
  const { bucket, target, receipts } = route;
  const key = toKey(target.prefix, from);
  const { etag, size } = cloud;
  let position = 0;
  let opened:
    { readonly head: ObjectHead; readonly check: ReturnType<typeof contentCheck> } | undefined;
  const request = {
    bucket,
    key,
    versionId,
    etag,
    size,
    semaphore,
    traffic,
    signal,
    onBytes,
  };
  try {
    await fetchObject(request, head => {
      const check = contentCheck(head, receipts.get(from));
      opened = { head, check };
      return Promise.resolve(async bytes => {
        check.update(bytes);
        await writeAll(handle, bytes, position);
        position += bytes.byteLength;
      });
    });
  } catch (error) {
    throw await nameArchived(fromDiskError(error, path), step, key, signal);
  }
  if (opened === undefined) throw new Failure('unexpected', path);
  const { head, check } = opened;
  const content = check.finish();
  if (content.kind === 'different') {
    onBytes(-position);
    throw new Failure('not-as-stored', path);
  }
  return { head, content };
}

/** Tells an object that was called back already from one that nobody has asked for. */
async function nameArchived(
  failure: Failure,
  { route, path, versionId }: RestoreStep,
  key: string,
  signal: AbortSignal,
): Promise<Failure> {
  if (failure.code !== 'archived') return failure;
  const head = await route.bucket.head({ key, versionId, signal });
  return head?.archive?.kind === 'restoring' ? new Failure('archive-requested', path) : failure;
}

/** Whether this file's bytes are now known to be those of its path's copy. */
function isProof(
  { path, from, versionId }: RestoreStep,
  { local, isUntouched }: Placed,
  fetched: Fetched | undefined,
): fetched is Fetched {
  const isCopy = versionId === undefined && from === undefined && local.path === path;
  return isCopy && isUntouched && fetched?.content.kind === 'same';
}

function receiptOf(local: LocalFile, { head, content }: Fetched, began: number): Receipt {
  const { etag, versionId } = head;
  const crc32 = wholeChecksum(head, 'crc32');
  return {
    local,
    sha256: content.sha256,
    etag,
    crc32,
    versionId,
    hashBegan: began,
    provedAt: Date.now(),
  };
}
