import { basename, dirname } from 'node:path';
import type { CloudCopySaving } from '../../protocol/cloudCopies';
import type { FilePath } from '../../protocol/folders';
import { ContentCheck, type ContentVerdict } from '../checksums/contentCheck';
import { wholeChecksum } from '../checksums/storeChecksums';
import type { ComparisonJob } from '../comparison/job';
import { toKey } from '../disk/objectKey';
import { applyAttributes, storedAttributes } from '../disk/fileMetadata';
import { FlushMeanwhile } from '../disk/flushMeanwhile';
import { writeSparse } from '../disk/writeFile';
import { fromWriteError } from '../failures/diskErrors';
import { Failure, toFailure } from '../failures/failure';
import type { ObjectHead } from '../ports/bucket';
import { isOfCopy, neverSettled, type Receipt } from '../records/receipts';
import type { LocalFile } from '../disk/localFile';
import { cloudFileOf } from '../scan/cloudListing';
import { download, type DownloadSink } from '../store/download';
import { commit } from './commit';
import type { CurrentCopy, Restored, RestoreStep, RestoreTools } from './restoreStep';
import { stepForCopy } from './selectRestore';
import { complete, discard, stage, type Staged, type StageOptions } from './stage';
import { StagedAhead } from './stagedAhead';

export interface TransferOptions extends StageOptions {
  /** Called with bytes as they arrive; negative where they have come in vain. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Restores one file: stages it beside its path, downloads into that, checks the bytes against what
 * the store keeps of them, and only then commits it to its path. Throws with everything as it was.
 */
export async function restoreFile(
  step: RestoreStep,
  tools: RestoreTools,
  options: TransferOptions,
): Promise<Restored> {
  const { path, cloud, refusal } = step;
  if (refusal !== undefined) throw refusal;
  const beganAt = Date.now();
  const staged = await stage(step, tools, options);
  try {
    const downloaded = await downloadTo(staged, step, { ...tools, ...options });
    const attributes = storedAttributes(downloaded.head);
    const notSet = await applyAttributes(await staged.opened(), attributes, staged.newFileMode);
    const written = await complete(staged);
    const current = await currentCopy(step, options.signal);
    const { local, replaced } = await commit(step, staged, tools);
    const isProved = isSameContent(written, local) && provesCopy(step, local, downloaded);
    const receipt = isProved ? receiptOf(step, local, downloaded, beganAt) : undefined;
    // What stands beside the planned path, or stood there before, is looked at.
    const isStillSo = receipt !== undefined && local.path === path && replaced === undefined;
    return { local, replaced, cloud, current, receipt, notSet, isStillSo };
  } catch (error) {
    await discard(staged, tools.journal);
    throw fromWriteError(error, path);
  } finally {
    staged.lease.release();
  }
}

/**
 * Restores one copy to any place on the disk, as any other file: checked, and all or nothing. A file
 * that is there is moved away as restores do it.
 */
export async function saveCopy(
  { job, saving }: { readonly job: ComparisonJob; readonly saving: CloudCopySaving },
  tools: RestoreTools,
  signal: AbortSignal,
): Promise<void> {
  const { path: from, versionId, to } = saving;
  const route = { ...job, root: dirname(to) };
  const path = basename(to) as FilePath;
  const step = await stepForCopy(route, { path, from, versionId }, signal);
  const note = (each: RestoreStep) => new StagedAhead([], tools.journal).take(each);
  const options = { signal, note, onBytes: () => undefined };
  await restoreFile({ ...step, choice: 'replace' }, tools, options);
}

/**
 * Returns what the file is to be judged by. Beside an older copy the store is asked for the current
 * one, which may have changed since the comparison; without an answer the file is restored all the same.
 * What is saved to any other place is not judged.
 */
async function currentCopy(
  { route, path, from, cloud, versionId }: RestoreStep,
  signal: AbortSignal,
): Promise<CurrentCopy> {
  if (versionId === undefined || from !== undefined) return { kind: 'seen', cloud };
  try {
    const head = await route.bucket.head({ key: toKey(route.target.prefix, path), signal });
    return { kind: 'seen', cloud: head && cloudFileOf(path, head) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: 'unknown', failure: toFailure(error, path) };
  }
}

interface Downloaded {
  readonly head: ObjectHead;
  readonly content: ContentVerdict;
}

async function downloadTo(
  staged: Staged,
  step: RestoreStep,
  options: Pick<RestoreTools, 'semaphore' | 'traffic'> & TransferOptions,
): Promise<Downloaded> {
  const { route, path, from = path, cloud, versionId } = step;
  const { bucket, target, receipts } = route;
  const { semaphore, traffic, signal, onBytes } = options;
  const { etag, size } = cloud;
  const key = toKey(target.prefix, from);
  const sink = new CheckedFile(staged, receipts.get(from));
  try {
    await download(
      { bucket, key, versionId, etag, size, semaphore, traffic, signal, onBytes },
      sink,
    ).catch(async (error: unknown) => {
      throw await nameArchived(fromWriteError(error, path), { step, key }, signal);
    });
    if (sink.endsInHole) await (await staged.opened()).truncate(size);
    const downloaded = await sink.finish();
    if (downloaded.content.kind === 'different') {
      onBytes(-size);
      throw new Failure('not-as-stored', path);
    }
    return downloaded;
  } finally {
    sink.dispose();
  }
}

/** Writes a download to a file, and checks it against what is known of the object's bytes. */
class CheckedFile implements DownloadSink {
  readonly #staged: Staged;
  readonly #receipt: Receipt | undefined;
  readonly #flush: FlushMeanwhile;
  #begun: Begun | undefined;
  #position = 0;
  #end: 'whole' | 'ends-in-hole' = 'whole';

  constructor(staged: Staged, receipt: Receipt | undefined) {
    this.#staged = staged;
    this.#receipt = receipt;
    this.#flush = new FlushMeanwhile({
      sync: async () => (await staged.opened()).sync(),
    });
  }

  /** Whether the file is shorter than what was written. */
  get endsInHole(): boolean {
    return this.#end === 'ends-in-hole';
  }

  begin(head: ObjectHead): void {
    const { mode } = storedAttributes(head);
    this.#begun = { head, mode, check: new ContentCheck(head, this.#receipt) };
  }

  /** Hashes and writes side by side. */
  async write(bytes: Uint8Array): Promise<void> {
    const start = this.#position;
    const end = start + bytes.byteLength;
    this.#position = end;
    const hashed = this.#begun?.check.update(bytes);
    const writing = this.#staged
      .opened(this.#begun?.mode)
      .then(handle => writeSparse(handle, bytes, start));
    const [written] = await Promise.all([writing, hashed]);
    // Those after these may have been written before.
    if (this.#position === end) this.#end = written;
    this.#flush.wrote(bytes.byteLength);
  }

  async finish(): Promise<Downloaded> {
    if (this.#begun === undefined) throw new Error('Nothing was downloaded.');
    const { head, check } = this.#begun;
    const content = await check.finish();
    await this.#flush.end();
    return { head, content };
  }

  dispose(): void {
    this.#begun?.check.dispose();
  }
}

interface Begun {
  readonly head: ObjectHead;
  /** The permissions that are stored with it. */
  readonly mode: number | undefined;
  readonly check: ContentCheck;
}

/** Tells an object that is being brought out of its archive from one that nobody has asked for. */
async function nameArchived(
  failure: Failure,
  { step, key }: { readonly step: RestoreStep; readonly key: string },
  signal: AbortSignal,
): Promise<Failure> {
  if (failure.code !== 'archived') return failure;
  const { route, path, versionId } = step;
  const head = await route.bucket.head({ key, versionId, signal });
  return head?.archive?.kind === 'restoring' ? new Failure('archive-requested', path) : failure;
}

/** A new name changes nothing but the ctime. */
function isSameContent(one: LocalFile, other: LocalFile): boolean {
  return one.size === other.size && one.mtimeNs === other.mtimeNs && one.inode === other.inode;
}

/**
 * Whether the bytes that were restored are now known to be those of a copy of the path: the present
 * one, or in its own place an older one. Without a receipt of the older one the file would look
 * edited, and the next backup would replace the newer copy; so all of its bytes, read just now, are
 * proof enough where the store keeps nothing to check them by.
 */
function provesCopy(
  { path, from, versionId }: RestoreStep,
  local: LocalFile,
  { content }: Downloaded,
): boolean {
  if (from !== undefined || content.kind === 'different') return false;
  if (versionId === undefined) return content.kind === 'same';
  return local.path === path;
}

/**
 * What was restored beside the local file ends a conflict: the user has both, so that from now on
 * the local file is a change to this copy. It proves nothing of that file, and the copy is still
 * somebody else's, which nothing replaces unasked.
 */
function receiptOf(
  { path, route }: RestoreStep,
  local: LocalFile,
  { head, content }: Downloaded,
  beganAt: number,
): Receipt | undefined {
  const { etag, versionId } = head;
  const crc32 = wholeChecksum(head, 'crc32');
  const provedAt = Date.now();
  const proof = { sha256: content.sha256, etag, crc32, versionId, provedAt };
  if (local.path === path) return { ...proof, local, hashBegan: beganAt };
  const known = route.receipts.get(path);
  if (known !== undefined && isOfCopy(known, head)) return undefined;
  return { ...proof, local: { ...local, path }, hashBegan: neverSettled, freedAt: provedAt };
}
