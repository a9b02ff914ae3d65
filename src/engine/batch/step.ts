import type { FilePath } from '../../protocol/folders';
import type { FileAttribute, LeftAloneReason, ReplacedFile } from '../../protocol/reports';
import type { Activity } from '../../protocol/rows';
import type { Route } from '../comparison/job';
import type { Failure } from '../failures/failure';
import type { Bucket, Versioning } from '../ports/bucket';
import type { Receipt } from '../records/receipts';
import type { LocalFile } from '../disk/localFile';

/** One file's part in a plan, whatever is done to it. */
export interface BatchStep {
  readonly route: Route;
  readonly path: FilePath;
}

/** What a step returns that succeeds. */
export interface StepResult {
  readonly local: LocalFile;
  /** What the step has proved of the path's copy; of `local`, too, where that is at the path. */
  readonly receipt?: Receipt | undefined;
  /** Whether the local file was seen in this very state after all was done. */
  readonly isStillSo?: boolean;
  /** What became of the local file that the step has replaced. */
  readonly replaced?: ReplacedFile | undefined;
  /** What the disk did not take; empty where it took all. */
  readonly notSet?: readonly FileAttribute[];
}

/** What became of one step. */
export type Outcome<Step extends BatchStep = BatchStep, Result extends StepResult = StepResult> = {
  readonly step: Step;
  /** How many bytes were moved, or were to be. */
  readonly bytes: number;
} & Ending<Result>;

/** A file that was meant, and that its plan has no step for or no longer has one. */
export interface LeftAlone {
  readonly kind: 'left-alone';
  readonly step: BatchStep;
  /** How many would have been moved. */
  readonly bytes: number;
  readonly because: LeftAloneReason;
}

/** How a step ended. */
export type Ending<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed' | 'skipped'; readonly failure: Failure }
  /**
   * The failure is what the step was waiting for when it was cancelled, or why it was left: because
   * the bucket refused all others.
   */
  | { readonly kind: 'cancelled'; readonly failure?: Failure; readonly isLeft?: true };

/** Sorts by path, so that every run has the same order, and a run cut off leaves whole folders. */
export function inPathOrder<T extends { readonly path: FilePath }>(
  items: readonly T[],
): readonly T[] {
  return items.toSorted((one, other) =>
    one.path < other.path ? -1 : one.path > other.path ? 1 : 0,
  );
}

/** Whether a batch is about to work on a file. A finished one is what its verdict says. */
export function isInBatch(activity: Activity | undefined): boolean {
  return activity?.kind === 'waiting' || activity?.kind === 'under-way';
}

export type VersioningOf = (bucket: Bucket) => Promise<Versioning>;

/** Asks each bucket once, however often one wants to know. */
export function askedOnce(signal: AbortSignal): VersioningOf {
  const answers = new Map<Bucket, Promise<Versioning>>();
  return bucket => {
    const answer = answers.get(bucket) ?? bucket.versioning(signal);
    answers.set(bucket, answer);
    return answer;
  };
}

/** Whether every bucket of these steps keeps what is overwritten or deleted in it. */
export async function keepsVersions(
  steps: readonly BatchStep[],
  versioningOf: VersioningOf,
): Promise<boolean> {
  const buckets = new Set(steps.map(({ route }) => route.bucket));
  const versioning = await Promise.all([...buckets].map(versioningOf));
  return versioning.every(kind => kind === 'enabled');
}
