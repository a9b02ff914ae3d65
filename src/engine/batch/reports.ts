import type { FilePath } from '../../protocol/folders';
import type { ReportEntry, ReportPage } from '../../protocol/reports';
import type { StepResult, Outcome } from './batch';
import { Failure } from '../failures/failure';
import { BoundedMap } from '../concurrency/boundedMap';
import { isSameTarget, type ComparisonTarget } from '../comparison/job';

/** The last reports, for whoever asks what became of each file. */
export interface RecentReports {
  add(planId: number, outcomes: readonly Outcome[]): void;
  /** Entries of one report, those that did not arrive first. */
  page(planId: number, offset: number, limit: number): ReportPage;
  /** The files of a target that failed; not those that were skipped or cancelled. */
  failed(planId: number, target: ComparisonTarget): readonly FilePath[];
}

export function recentReports(): RecentReports {
  const reports = new BoundedMap<number, readonly Outcome[]>(maxReports);

  function report(planId: number): readonly Outcome[] {
    const found = reports.get(planId);
    if (found === undefined) throw new Failure('plan-outdated', String(planId));
    return found;
  }

  return {
    add(planId, outcomes) {
      const inOrder = order.flatMap(kind => outcomes.filter(outcome => outcome.kind === kind));
      reports.set(planId, inOrder);
    },
    page(planId, offset, limit) {
      const all = report(planId);
      return { entries: all.slice(offset, offset + limit).map(toEntry), total: all.length };
    },
    failed: (planId, target) =>
      report(planId).flatMap(({ kind, step: { path, route } }) =>
        kind === 'failed' && isSameTarget(route.target, target) ? [path] : [],
      ),
  };
}

const maxReports = 5;

const order = ['failed', 'skipped', 'cancelled', 'done'] as const;

function toEntry(outcome: Outcome): ReportEntry {
  const { route, path } = outcome.step;
  return {
    kind: outcome.kind,
    folder: route.target.folder,
    path,
    bytes: outcome.bytes,
    failure: outcome.kind === 'done' ? undefined : outcome.failure?.toRecord(),
    ...(outcome.kind === 'done' && placeOf(outcome.result, path)),
  };
}

/** What else there is to say of a file that was restored. */
function placeOf({ local, replaced }: StepResult, path: FilePath) {
  return {
    ...(local.path !== path && { restoredAs: local.path }),
    ...(replaced !== undefined && { replaced }),
  };
}
