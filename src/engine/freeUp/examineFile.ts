import { createHash } from 'node:crypto';
import type { FilePath } from '../../protocol/folders';
import { Crc64Nvme } from '../checksums/crc64nvme';
import { wholeChecksum } from '../checksums/storeChecksums';
import { Failure, throwIfCancelled } from '../failures/failure';
import { toAbsolutePath } from '../disk/filePath';
import { toKey } from '../disk/objectKey';
import { isSameState, type LocalFile } from '../disk/localFile';
import { statWhenStable } from '../disk/statWhenStable';
import type { OpenFile } from '../disk/openFile';
import { readAll } from '../disk/readFile';
import type { ObjectHead } from '../ports/bucket';
import type { Receipt } from '../records/receipts';
import { isRestoredExactly } from '../disk/fileMetadata';
import type { FreeUpStep, FreeUpTools } from './freeUpStep';
import { checkCopy, isConfirmed, readBack, type LocalDigests } from './proveCopy';

/**
 * The proof that a file may go, which only `examineFile` can make. Whatever removes files takes
 * nothing else, so that none is removed without an examination.
 */
class Proof {
  readonly #examinedAt = Date.now();

  constructor(
    /** The file's fields under the name that it had while it was examined. */
    readonly local: LocalFile,
    readonly etag: string,
    readonly versionId: string | undefined,
  ) {}

  /** Throws `proof-expired` where the examination is too old to remove anything by it. */
  requireFresh(): void {
    const age = Date.now() - this.#examinedAt;
    // With a clock that was set back, nobody knows the age.
    if (age < 0 || age > maxProofAgeMs) throw new Failure('proof-expired', this.local.path);
  }
}

export type SafeToFree = Proof;

/** A computer may have slept between the examination and the removal. */
export const maxProofAgeMs = 60_000;

/**
 * Proves that every byte of an open file is in the cloud at this moment, and can be read back. Throws
 * where that is not so, or where the file has changed by the end of the examination.
 */
export async function examineFile(
  file: OpenFile,
  step: FreeUpStep,
  receipt: Receipt,
  tools: FreeUpTools,
): Promise<SafeToFree> {
  const { path, route } = step;
  const { signal } = tools;
  const { nlink, mode } = file.fields();
  // The bytes would stay on the disk under the other name.
  if (nlink > 1n) throw new Failure('hard-link', path);
  const local = await statWhenStable(file, signal);
  const digests = await digest(file, local, tools);
  route.receipts.invalidateReading(receipt, { local, sha256: digests.sha256 });
  if (local.size !== receipt.local.size || digests.sha256 !== receipt.sha256) {
    throw new Failure('differs-here', path);
  }
  const listed = await tools.findListed(step);
  const asked = await route.bucket.head({ key: toKey(route.target.prefix, path), signal });
  const now = Date.now() + route.bucket.clockOffsetMs;
  const head = checkCopy({ head: asked, listed }, receipt, digests, now);
  const isExact = isRestoredExactly(
    head.metadata,
    { mtimeNs: local.mtimeNs, mode: Number(mode) },
    process.platform,
  );
  if (!isExact && !step.mayLoseAttributes) throw new Failure('attributes-differ', path);
  const isWholeKnown =
    isConfirmed(head, receipt, digests) ||
    (await isCrc64NvmeOf(head, { file, local, path }, tools));
  const extent = isWholeKnown ? 'last-byte' : 'whole';
  await readBack(step, { head, extent, ...digests }, tools);
  await refuseUnsaved(step, tools);
  if (!isSameState(local, await file.stat())) throw new Failure('differs-here', path);
  throwIfCancelled(signal, path);
  return new Proof(local, head.etag, head.versionId);
}

/**
 * Whether the store keeps just the file's CRC64NVME. Read once more for it, since few copies have no
 * other checksum: large ones that KMS encrypts, and those of other tools. Throws where it is another.
 */
async function isCrc64NvmeOf(
  head: ObjectHead,
  { file, local, path }: { readonly file: OpenFile; readonly local: LocalFile; path: FilePath },
  { reading, signal }: FreeUpTools,
): Promise<boolean> {
  const kept = wholeChecksum(head, 'crc64nvme');
  if (kept === undefined) return false;
  const release = await reading.acquire(0, signal);
  try {
    const crc = new Crc64Nvme();
    const onBytes = (bytes: Uint8Array): void => {
      crc.update(bytes);
    };
    await readAll({ file, local, signal, onBytes });
    if (crc.digest().toString('base64') !== kept) throw new Failure('copy-differs', path);
    return true;
  } finally {
    release();
  }
}

/** Throws where an editor holds changes of the file that are nowhere else. */
export async function refuseUnsaved(
  { path, route }: FreeUpStep,
  { editor }: FreeUpTools,
): Promise<void> {
  if (await editor.isUnsaved(toAbsolutePath(route.root, path))) throw new Failure('unsaved', path);
}

async function digest(
  file: OpenFile,
  local: LocalFile,
  { reading, signal, onBytes }: FreeUpTools,
): Promise<LocalDigests & { readonly lastByte: number | undefined }> {
  const release = await reading.acquire(0, signal);
  try {
    const sha256 = createHash('sha256');
    const md5 = createHash('md5');
    let lastByte: number | undefined;
    await readAll({
      file,
      local,
      signal,
      onBytes(bytes) {
        sha256.update(bytes);
        md5.update(bytes);
        lastByte = bytes.at(-1);
        onBytes(bytes.length);
      },
    });
    return { sha256: sha256.digest('hex'), md5: md5.digest('hex'), lastByte };
  } finally {
    release();
  }
}
