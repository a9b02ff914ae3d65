import type { LeftAloneReason, Report } from '../../protocol/reports';
import { Failure } from '../failures/failure';
import type { Batches } from './batches';
import type { Plan, PlanKind, StepSelection } from './planKind';
import type { BatchStep, LeftAlone, StepResult } from './step';

/** The plans of all kinds that were shown, each until it is run or dropped. */
export class Plans {
  readonly #batches: Batches;
  readonly #plans = new Map<number, StoredPlan>();
  #lastId = 0;

  constructor(batches: Batches) {
    this.#batches = batches;
  }

  /** Makes one plan of what was selected in each folder, and returns its summary. */
  async add<
    Scope,
    Selection extends StepSelection<Step>,
    Summary,
    Step extends BatchStep,
    Result extends StepResult,
  >(
    kind: PlanKind<Scope, Selection, Summary, Step, Result>,
    selections: readonly Selection[],
    signal: AbortSignal,
  ): Promise<Summary> {
    const plan = { id: ++this.#lastId, steps: selections.flatMap(({ steps }) => steps) };
    const summary = await kind.summarize(plan, selections, signal);
    this.#store(
      kind,
      plan,
      selections.flatMap(({ leftAlone = [] }) => leftAlone),
    );
    return summary;
  }

  /** Throws `plan-outdated` where there is no plan of this kind with that number. */
  get<Step extends BatchStep>(kind: KindOf<Step>, planId: number): Plan<Step> {
    return this.#stored(kind, planId).plan;
  }

  /** Changes each step of a plan. Throws as `get` does. */
  change<Step extends BatchStep>(
    kind: KindOf<Step>,
    planId: number,
    next: (step: Step) => Step,
  ): void {
    const { plan, leftAlone } = this.#stored(kind, planId);
    this.#store(kind, { ...plan, steps: plan.steps.map(next) }, leftAlone);
  }

  /** Takes steps out of a plan; its report names their files all the same. Throws as `get` does. */
  leaveAlone<Step extends BatchStep>(
    kind: KindOf<Step>,
    planId: number,
    {
      because,
      isMeant,
    }: { readonly because: LeftAloneReason; readonly isMeant: (step: Step) => boolean },
  ): void {
    const { plan, leftAlone } = this.#stored(kind, planId);
    const taken = plan.steps.filter(isMeant);
    const added = taken.map(step => {
      return { kind: 'left-alone', step, bytes: kind.bytesOf(step), because } as const;
    });
    const gone = new Set(taken);
    const steps = plan.steps.filter(step => !gone.has(step));
    this.#store(kind, { ...plan, steps }, [...leftAlone, ...added]);
  }

  drop(planId: number): void {
    this.#plans.delete(planId);
  }

  /** Runs a plan of whichever kind, once. Throws `plan-outdated` where there is none to run. */
  async run(planId: number, signal: AbortSignal): Promise<Report> {
    const found = this.#plans.get(planId);
    if (found === undefined) throw new Failure('plan-outdated', String(planId));
    const { kind, plan, leftAlone } = found;
    const started = kind.start(plan, signal);
    this.#plans.delete(planId);
    return this.#batches.run({ planId, kind, started, leftAlone, signal });
  }

  #stored<Step extends BatchStep>(kind: KindOf<Step>, planId: number): StoredPlan<Step> {
    const found = this.#plans.get(planId);
    // Plans are stored with the kind that has made their steps.
    if (found?.kind === kind) return found as StoredPlan<Step>;
    throw new Failure('plan-outdated', String(planId));
  }

  #store<Step extends BatchStep>(
    kind: KindOf<Step>,
    plan: Plan<Step>,
    leftAlone: readonly LeftAlone[],
  ): void {
    this.#plans.set(plan.id, { kind, plan, leftAlone });
  }
}

/** Of a kind, what does not depend on how its plans are selected and described. */
type KindOf<Step extends BatchStep, Result extends StepResult = StepResult> = Pick<
  PlanKind<never, never, unknown, Step, Result>,
  'start' | 'bytesOf' | 'isSkipped' | 'apply'
>;

interface StoredPlan<Step extends BatchStep = BatchStep> {
  readonly kind: KindOf<Step>;
  readonly plan: Plan<Step>;
  /** What was asked for, too, and is not in the plan. */
  readonly leftAlone: readonly LeftAlone[];
}
