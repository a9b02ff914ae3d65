import type { CloudCopySaving } from '../../protocol/cloudCopies';
import type {
  ArchiveAnswer,
  ArchiveRequest,
  ConflictChoices,
  RestoreScope,
  RestoreSummary,
} from '../../protocol/restore';
import type { BatchEvents } from '../batch/batch';
import type { Comparisons } from '../comparison/comparisons';
import { Failure } from '../failures/failure';
import { BoundedMap } from '../concurrency/boundedMap';
import type { RecentReports } from '../batch/reports';
import { folderLeases } from './folderLeases';
import { heldRestores } from './heldRestores';
import { planRestore } from './planRestore';
import { requestArchived } from './requestArchived';
import type { Restored, RestoreDeps } from './restoreFile';
import type { RestorePlan, RestoreStep } from './restorePlan';
import { runRestore, type RestoreOutcome } from './runRestore';
import { saveCopy } from './saveCopy';
import type { RestoreSelection } from './selectRestores';
import { summarizeRestore } from './summarizeRestore';
import type { ComparisonJob } from '../comparison/job';

/** What restores work with, beside what they are asked for. */
export interface RestoresDeps extends Omit<RestoreDeps, 'folders'> {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
}

/** The way back: what restores were planned, and what they have found to lie in archives. */
export interface Restores {
  /** What of one folder a restore would take up. */
  select(job: ComparisonJob, scope: RestoreScope, signal: AbortSignal): Promise<RestoreSelection>;
  hold(planId: number, selections: readonly RestoreSelection[]): RestoreSummary;
  choose(choices: ConflictChoices): void;
  /** Gives a plan away, to be run; `undefined` where it is no restore. */
  take(planId: number): RestorePlan | undefined;
  drop(planId: number): void;
  run(
    plan: RestorePlan,
    events: BatchEvents<RestoreStep, Restored>,
    signal: AbortSignal,
  ): Promise<readonly RestoreOutcome[]>;
  saveCopy(job: ComparisonJob, saving: CloudCopySaving, signal: AbortSignal): Promise<void>;
  /** Asks for what a restore has found archived. */
  requestArchived(request: ArchiveRequest, signal: AbortSignal): Promise<ArchiveAnswer>;
}

export function restores(deps: RestoresDeps): Restores {
  const held = heldRestores();
  const folders = folderLeases();
  const ended = new BoundedMap<number, readonly RestoreOutcome[]>(maxEnded);
  return {
    select(job, scope, signal) {
      const failed = scope.kind === 'failed' ? ended.get(scope.planId) : undefined;
      // The comparison, which finds what failed otherwise, knows no versions.
      return planRestore(deps, job, failed?.flatMap(toFailedVersion)[0] ?? scope, signal);
    },
    hold(id, selections) {
      const plan = { id, steps: selections.flatMap(({ steps }) => steps) };
      held.add(plan);
      return summarizeRestore(plan, selections);
    },
    choose: held.choose,
    take: held.take,
    drop: held.drop,
    async run(plan, events, signal) {
      const outcomes = await runRestore({ ...deps, folders, ...events, plan, signal });
      ended.set(plan.id, outcomes);
      return outcomes;
    },
    saveCopy: (job, saving, signal) => saveCopy(job, saving, { ...deps, folders }, signal),
    async requestArchived({ planId, days }, signal) {
      const outcomes = ended.get(planId);
      if (outcomes === undefined) throw new Failure('plan-outdated', String(planId));
      const steps = outcomes.filter(isArchived).map(({ step }) => step);
      return requestArchived(steps, days, signal, ({ route, path }) => {
        const failure = new Failure('archive-requested', path).toRecord();
        const comparison = deps.comparisons.of(route.target);
        comparison?.setActivity(path, { kind: 'failed', failure });
      });
    },
  };
}

/** As many restores can be asked about as reports are kept. */
const maxEnded = 5;

type VersionScope = Extract<RestoreScope, { readonly kind: 'version' }>;

function toFailedVersion({ kind, step }: RestoreOutcome): VersionScope | [] {
  const { path, versionId } = step;
  return kind === 'failed' && versionId !== undefined ? { kind: 'version', path, versionId } : [];
}

function isArchived(outcome: RestoreOutcome): boolean {
  return outcome.kind === 'failed' && outcome.failure.code === 'archived';
}
