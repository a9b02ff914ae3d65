import type { Problem } from '../../protocol/reports';
import type { ArchiveAnswer, ArchiveRequest, RestoreScope } from '../../protocol/restore';
import { maxRecentReports } from '../batch/reports';
import type { Outcome } from '../batch/step';
import type { Comparisons } from '../comparison/comparisons';
import { BoundedMap } from '../concurrency/boundedMap';
import { inParallel } from '../concurrency/parallel';
import { toKey } from '../disk/objectKey';
import { Failure, toFailure } from '../failures/failure';
import type { Restored, RestoreStep } from './restoreStep';

export type RestoreOutcome = Outcome<RestoreStep, Restored>;

type VersionScope = Extract<RestoreScope, { readonly kind: 'version' }>;

/** What became of the last restores, for whoever tries again what failed. */
export class RecentRestores {
  readonly #outcomes = new BoundedMap<number, readonly RestoreOutcome[]>(maxRecentReports);

  add(planId: number, outcomes: readonly RestoreOutcome[]): void {
    this.#outcomes.set(planId, outcomes);
  }

  /** Returns the older copy that failed to be restored; comparisons know no versions. */
  failedVersion(planId: number): VersionScope | undefined {
    const failed = this.#outcomes.get(planId)?.filter(({ kind }) => kind === 'failed') ?? [];
    const [found] = failed.flatMap(({ step: { path, versionId } }): readonly VersionScope[] =>
      versionId === undefined ? [] : [{ kind: 'version', path, versionId }],
    );
    return found;
  }

  /** Returns the steps that found their copy in an archive. Throws `plan-outdated`. */
  archived(planId: number): readonly RestoreStep[] {
    const outcomes = this.#outcomes.get(planId);
    if (outcomes === undefined) throw new Failure('plan-outdated', String(planId));
    return outcomes.filter(isArchived).map(({ step }) => step);
  }
}

function isArchived(outcome: RestoreOutcome): boolean {
  return outcome.kind === 'failed' && outcome.failure.code === 'archived';
}

/** Asks the store to bring what a restore has found archived out of its archive. */
export async function requestArchived(
  {
    comparisons,
    recentRestores,
  }: { readonly comparisons: Comparisons; readonly recentRestores: RecentRestores },
  { planId, days }: ArchiveRequest,
  signal: AbortSignal,
): Promise<ArchiveAnswer> {
  const problems: Problem[] = [];
  let requested = 0;
  await inParallel(recentRestores.archived(planId), maxRequestsAtOnce, async step => {
    const { path, versionId } = step;
    const { target, bucket } = step.route;
    try {
      await bucket.requestRestore({ key: toKey(target.prefix, path), versionId, days, signal });
      requested++;
      const failure = new Failure('archive-requested', path).toRecord();
      comparisons.of(target)?.setActivity(path, { kind: 'failed', failure });
    } catch (error) {
      const failure = toFailure(error, path);
      if (failure.code === 'cancelled') throw failure;
      problems.push({ folder: target.folder, path, kind: 'failed', failure: failure.toRecord() });
    }
  });
  return { requested, problems };
}

const maxRequestsAtOnce = 8;
