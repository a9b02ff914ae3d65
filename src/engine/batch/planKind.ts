import type { Work } from '../../protocol/rows';
import type { Comparison } from '../comparison/comparison';
import type { ComparisonJob } from '../comparison/job';
import type { Failure } from '../failures/failure';
import type { BatchStep, LeftAlone, Outcome, StepResult } from './step';

/**
 * One kind of work that is planned, shown, and run when the user has confirmed it: back-up, restore
 * or freeing space. All of them go the same way: `select` in each folder, `summarize` for the user,
 * `start`, run the steps, `apply` each outcome to its row.
 */
export interface PlanKind<
  Scope,
  Selection extends StepSelection<Step>,
  Summary,
  Step extends BatchStep,
  Result extends StepResult,
> {
  /** Decides what a plan would do in one folder. */
  select(job: ComparisonJob, scope: Scope, signal: AbortSignal): Promise<Selection>;
  /** Describes a plan to the user before it runs. */
  summarize(
    plan: Plan<Step>,
    selections: readonly Selection[],
    signal: AbortSignal,
  ): Summary | Promise<Summary>;
  /** Prepares a run. Throws `plan-outdated` where a choice is missing without which it can't run. */
  start(plan: Plan<Step>, signal: AbortSignal): PlanRun<Step, Result>;
  /** How many bytes a step is to move. */
  bytesOf(step: Step): number;
  /** Whether a failure only says that a side is no longer what the plan saw. */
  isSkipped(failure: Failure): boolean;
  /** Updates the row of a step's file. */
  apply(comparison: Comparison, outcome: Outcome<Step, Result>): void;
}

/** What a plan would do in one folder. */
export interface StepSelection<Step extends BatchStep> {
  readonly steps: readonly Step[];
  readonly leftAlone?: readonly LeftAlone[];
}

/** What a user confirms is what runs: these steps in this order, and nothing else. */
export interface Plan<Step extends BatchStep> {
  readonly id: number;
  readonly steps: readonly Step[];
}

/** One run of a plan. */
export interface PlanRun<Step extends BatchStep, Result extends StepResult> {
  readonly work: Work;
  /** Those of the plan that the user has not chosen against. */
  readonly steps: readonly Step[];
  /** Does one step; `onBytes` is called with bytes as they move, negative where in vain. */
  runStep(step: Step, onBytes: (bytes: number) => void): Promise<Result>;
  /** Called with each outcome before it is applied. */
  onEnded?(outcome: Outcome<Step, Result>): void;
  /** Called once when all steps have ended, also where the run itself has failed. */
  finish?(outcomes: readonly Outcome<Step, Result>[]): void;
}
