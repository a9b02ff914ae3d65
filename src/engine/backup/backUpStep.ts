import type { FilePath } from '../../protocol/folders';
import type { LeftOut, PlannedFile } from '../../protocol/plans';
import type { BatchStep } from '../batch/step';
import { toAbsolutePath, toFilePath } from '../disk/filePath';
import { withOpenFile } from '../disk/openFile';
import type { Condition } from '../ports/bucket';
import type { RuledPath } from '../scan/exclude';
import type { LocalFile } from '../disk/localFile';
import type { VolumeTop } from '../disk/volumesBelow';
import { looksLikeSecret } from './secretFiles';

/** The upload of one file, under the condition of the cloud copy that was seen. */
export interface BackUpStep extends BatchStep {
  readonly path: FilePath;
  readonly local: LocalFile;
  readonly condition: Condition;
  /** When the copy that has gone from the cloud was proved; milliseconds since 1970. */
  readonly goneSince?: number | undefined;
  /** The size of the cloud copy that it replaces, in bytes. */
  readonly replaces?: number;
  /** Whether the file must not be empty: it was when it was planned, and nobody was asked. */
  readonly refusesEmpty?: boolean;
  /** The rule by which the file is ignored, and will be again. */
  readonly ignoredAt?: RuledPath;
  /** Whether the user wants it sent though it looks like a secret. */
  readonly isAllowedSecret?: boolean;
  /** Which volume the file was on when it was planned. */
  readonly volume?: VolumeTop | undefined;
  /** Why the user has left it out, after the plan was shown. */
  readonly leftOut?: LeftOut['because'];
}

/** Whether a step would replace a copy that holds something by a file that holds nothing. */
export function wouldEmpty({ local, replaces = 0 }: BackUpStep): boolean {
  return local.size === 0 && replaces > 0;
}

/**
 * Whether a step replaces a copy that this computer has no record of having written, or one that is
 * the original, since its local file was freed and another file has the name now. So is a copy whose
 * file was read after this one was last written: whoever edits a file writes it later than that, but
 * a card or a folder that was put in the place of another holds what was written elsewhere. Inodes
 * don't tell: disks number their files alike.
 */
export function isOfUnknownOrigin({ route, path, local, condition }: BackUpStep): boolean {
  if (condition.kind !== 'unchanged') return false;
  const receipt = route.receipts.get(path);
  if (receipt?.etag !== condition.etag || receipt.freedAt !== undefined) return true;
  if (local.mtimeNs < receipt.local.mtimeNs) return true;
  const writtenBefore = BigInt(receipt.hashBegan - maxClockLagMs) * 1_000_000n;
  return local.mtimeNs !== receipt.local.mtimeNs && local.mtimeNs < writtenBefore;
}

/** By which the clock of a disk, a file server's for one, may be behind. */
const maxClockLagMs = 60_000;

/** Whether a step replaces what is left of another file that had the name and was freed. */
export function replacesOriginal({ route, path, condition }: BackUpStep): boolean {
  if (condition.kind !== 'unchanged') return false;
  return route.receipts.get(path)?.freedAt !== undefined;
}

/** Whether a step would send what looks like a secret to a place where it never was, unasked. */
export function isUnaskedSecret({ route, path, isAllowedSecret = false }: BackUpStep): boolean {
  return (
    !isAllowedSecret && looksLikeSecret(route.root, path) && route.receipts.get(path) === undefined
  );
}

/** Whether a step must not run before its user has said so. */
export function needsQuestion(step: BackUpStep): boolean {
  return isOfUnknownOrigin(step) || wouldEmpty(step) || isUnaskedSecret(step);
}

/** Returns those of these files, absolute, that the steps would upload. */
export function plannedAmong(
  steps: readonly BackUpStep[],
  absolute: readonly string[],
): readonly PlannedFile[] {
  const roots = new Set(steps.map(({ route }) => route.root));
  const pathsByRoot = new Map(
    [...roots].map(root => [root, new Set(absolute.flatMap(path => toFilePath(root, path) ?? []))]),
  );
  return steps
    .filter(({ route, path }) => pathsByRoot.get(route.root)?.has(path))
    .map(toPlannedFile);
}

/** Returns the steps whose file is empty by now, and would replace a cloud copy that is not. */
export async function stepsThatWouldEmpty(
  steps: readonly BackUpStep[],
): Promise<ReadonlySet<BackUpStep>> {
  const found = new Set<BackUpStep>();
  for (const step of steps.filter(wouldEmpty)) if (await isEmptyNow(step)) found.add(step);
  return found;
}

/** A file that can't be read is for the upload to report. */
async function isEmptyNow({ route, path }: BackUpStep): Promise<boolean> {
  try {
    const { size } = await withOpenFile(route.root, path, file => file.stat());
    return size === 0;
  } catch {
    return false;
  }
}

/** Returns what changes only the steps for these files. */
export function changing(
  files: readonly PlannedFile[],
  change: (step: BackUpStep) => BackUpStep,
): (step: BackUpStep) => BackUpStep {
  const concerned = new Set(files.map(identityOf));
  return step => (concerned.has(identityOf(toPlannedFile(step))) ? change(step) : step);
}

export function toPlannedFile({ route, path }: BackUpStep): PlannedFile {
  return { folder: route.target.folder, path, absolute: toAbsolutePath(route.root, path) };
}

/** Returns the same for the same file, as a key. */
export function identityOf({ folder, path }: PlannedFile): string {
  return JSON.stringify([folder, path]);
}
