import { window, type LogOutputChannel } from 'vscode';
import type { FailureCode } from '../../protocol/failures';
import type { FolderSetup } from '../../protocol/folders';
import type { RequestType } from '../../protocol/messages';
import { dropPlan } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { viewId } from '../contributions/manifest';
import { Failed, failureLine } from '../failures/failed';
import type { FinishedBatch } from './finishedBatch';
import type { Reports } from './reports';
import { runBatch } from './runBatch';
import type { UnfinishedBatch } from './unfinishedBatch';

/** What every plan needs to be run. */
export interface RunPlannedDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
  readonly reports: Reports;
  readonly unfinished: UnfinishedBatch;
  readonly log: LogOutputChannel;
}

/** What of each folder a plan is to take. */
export type FolderScopes<Scope> = readonly {
  readonly setup: FolderSetup;
  readonly scope: Scope;
}[];

/** A plan of the engine's, and what was asked for. */
export interface Planned<Scope, Summary> {
  readonly summary: Summary;
  readonly scopes: FolderScopes<Scope>;
}

/** A kind of plan: how it is asked for, what the user is asked about it, and what is said of it. */
export interface PlannedKind<Deps, Scope, Summary extends { readonly planId: number }> {
  readonly request: RequestType<{ readonly folders: FolderScopes<Scope> }, Summary>;
  readonly isEmpty: (summary: Summary) => boolean;
  /** Says why there is nothing to do. */
  readonly announceNothing: (deps: Deps, plan: Planned<Scope, Summary>) => void;
  /** Asks the user to confirm everything that needs it, the gravest first. */
  readonly confirm: (deps: Deps, plan: Planned<Scope, Summary>) => Promise<Confirmation>;
  /** Begins the log line of each file that failed. */
  readonly failedLabel: string;
  /** Failures that the report explains; any other failure of a single file is thrown. */
  readonly explained: readonly FailureCode[];
  /** Whether the next window offers to go on with what is left when this one closes. */
  readonly isResumable: boolean;
  /** Says what became of the plan. Its messages may stay longer than the command runs. */
  readonly announce: (deps: Deps, finished: FinishedBatch) => void;
}

/** What the user says to a plan. */
export type Confirmation =
  | {
      readonly kind: 'run';
      readonly work: Work;
      /** How many of the plan's files are left to work on. */
      readonly files: number;
      /** Files that were asked for but are left out, because they were changed in the cloud. */
      readonly conflicts: number;
    }
  | { readonly kind: 'cancel' }
  /** Drops this plan, and then does something else. */
  | { readonly kind: 'instead'; readonly run: () => Promise<Report | undefined> };

/**
 * Plans, asks what has to be asked, runs just that plan, and reports. Returns `undefined` where
 * nothing was run. Throws the failure of a single file, as any command does.
 */
export async function runPlanned<
  Deps extends RunPlannedDeps,
  Scope,
  Summary extends { readonly planId: number },
>(
  deps: Deps,
  kind: PlannedKind<Deps, Scope, Summary>,
  scopes: FolderScopes<Scope>,
): Promise<Report | undefined> {
  if (scopes.length === 0) return undefined;
  const { engine, operations } = deps;
  const summary = await window.withProgress({ location: { viewId } }, () =>
    operations.run(token => engine.sendRequest(kind.request, { folders: scopes }, token)),
  );
  if (kind.isEmpty(summary)) {
    kind.announceNothing(deps, { summary, scopes });
    return undefined;
  }
  const { planId } = summary;
  const confirmed = await kind.confirm(deps, { summary, scopes });
  if (confirmed.kind !== 'run') {
    engine.notify(dropPlan, planId);
    return confirmed.kind === 'instead' ? confirmed.run() : undefined;
  }
  const setups = scopes.map(({ setup }) => setup);
  const { work, files, conflicts } = confirmed;
  const run = () => runBatch(deps, { work, planId, files });
  const report = kind.isResumable ? await deps.unfinished.during(setups, files, run) : await run();
  const finished = deps.reports.add(report, setups, conflicts);
  for (const { path, failure } of report.problems) {
    deps.log.warn(`${kind.failedLabel}: ${path}: ${failureLine(failure)}`);
  }
  const [only] = report.problems;
  if (report.planned === 1 && only !== undefined && !kind.explained.includes(only.failure.code)) {
    throw new Failed(only.failure);
  }
  kind.announce(deps, finished);
  return report;
}
