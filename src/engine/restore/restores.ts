import type {
  ArchiveAnswer,
  ArchiveRequest,
  CloudCopySaving,
  ConflictChoices,
  RestoreScope,
  RestoreSummary,
} from '../../protocol';
import type { BatchEvents } from '../batch';
import type { Comparisons, ComparisonJob } from '../comparisons';
import { Failure } from '../failure';
import { keepLatest } from '../keepLatest';
import type { KeptReports } from '../keptReports';
import { heldFolders } from './heldFolders';
import { heldRestores } from './heldRestores';
import { planRestore } from './planRestore';
import { requestArchived } from './requestArchived';
import type { Restored, RestoreParts } from './restoreFile';
import type { RestorePlan, RestoreStep } from './restorePlan';
import { runRestore, type RestoreOutcome } from './runRestore';
import { saveCopy } from './saveCopy';
import type { RestoreSelection } from './selectRestores';
import { summarizeRestore } from './summarizeRestore';

/** What restores work with, beside what they are asked for. */
export interface RestoresParts extends Omit<RestoreParts, 'folders'> {
  readonly comparisons: Comparisons;
  readonly reports: KeptReports;
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

export function restores(parts: RestoresParts): Restores {
  const held = heldRestores();
  const folders = heldFolders();
  const archived = new Map<number, readonly RestoreStep[]>();
  /** Of restores that failed with a version: the comparison, which finds other files, knows none. */
  const failedVersions = new Map<number, VersionScope>();
  return {
    select(job, scope, signal) {
      const version = scope.kind === 'failed' ? failedVersions.get(scope.planId) : undefined;
      return planRestore(parts, job, version ?? scope, signal);
    },
    hold(id, selections) {
      const plan = { id, steps: selections.flatMap(({ steps }) => steps) };
      held.add(plan);
      return summarizeRestore(plan, selections);
    },
    choose: choices => {
      held.choose(choices);
    },
    take: planId => held.take(planId),
    drop: planId => {
      held.drop(planId);
    },
    async run(plan, events, signal) {
      const outcomes = await runRestore({ ...parts, folders, ...events, plan, signal });
      archived.set(
        plan.id,
        outcomes.filter(isArchived).map(({ step }) => step),
      );
      keepLatest(archived, kept);
      const version = outcomes.flatMap(toFailedVersion)[0];
      if (version !== undefined) failedVersions.set(plan.id, version);
      keepLatest(failedVersions, kept);
      return outcomes;
    },
    saveCopy: (job, saving, signal) => saveCopy(job, saving, { ...parts, folders }, signal),
    async requestArchived({ planId, days }, signal) {
      const steps = archived.get(planId);
      if (steps === undefined) throw new Failure('plan-outdated', String(planId));
      return requestArchived(steps, days, signal, ({ route, path }) => {
        const failure = new Failure('archive-requested', path).toRecord();
        const comparison = parts.comparisons.of(route.target);
        comparison?.setActivity(path, { kind: 'failed', failure });
      });
    },
  };
}

/** As many restores can be asked about as reports are kept. */
const kept = 5;

type VersionScope = Extract<RestoreScope, { readonly kind: 'version' }>;

function toFailedVersion({ kind, step }: RestoreOutcome): VersionScope | [] {
  const { path, versionId } = step;
  return kind === 'failed' && versionId !== undefined ? { kind: 'version', path, versionId } : [];
}

function isArchived(outcome: RestoreOutcome): boolean {
  return outcome.kind === 'failed' && outcome.failure.code === 'archived';
}
