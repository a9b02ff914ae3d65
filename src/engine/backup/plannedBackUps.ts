import type { LeftOut, PlannedFile, PlannedFiles, RemainingPlan } from '../../protocol/plans';
import type { Plans } from '../batch/plans';
import type { BackUpKind } from './backUpKind';
import {
  changing,
  isUnaskedSecret,
  needsQuestion,
  plannedAmong,
  stepsThatWouldEmpty,
  identityOf,
  toPlannedFile,
  wouldEmpty,
  type BackUpStep,
} from './backUpStep';

/** What a user may ask of a plan of uploads that was shown, and decide about it, before it runs. */
export class PlannedBackUps {
  readonly #plans: Plans;
  readonly #kind: BackUpKind;

  constructor(plans: Plans, kind: BackUpKind) {
    this.#plans = plans;
    this.#kind = kind;
  }

  among(planId: number, absolute: readonly string[]): readonly PlannedFile[] {
    return plannedAmong(this.#steps(planId), absolute);
  }

  /** Returns the files that would empty a copy; the plan then empties no other. */
  async thatWouldEmpty(planId: number): Promise<readonly PlannedFile[]> {
    const empty = await stepsThatWouldEmpty(this.#steps(planId));
    this.#plans.change(this.#kind, planId, step =>
      wouldEmpty(step) && !empty.has(step) ? { ...step, refusesEmpty: true } : step,
    );
    return [...empty].map(toPlannedFile);
  }

  unaskedSecrets(planId: number): readonly PlannedFile[] {
    return this.#steps(planId).filter(isUnaskedSecret).map(toPlannedFile);
  }

  allowSecrets(allowed: PlannedFiles): void {
    this.#change(allowed, step => ({ ...step, isAllowedSecret: true }));
  }

  /** Lets a plan do less than was shown. */
  leaveOut({ planId, because, files }: LeftOut): void {
    this.#change({ planId, files }, step => ({ ...step, leftOut: because }));
  }

  /**
   * Makes a plan smaller by what the user has had ignored. The summary describes exactly what running
   * it then does.
   */
  async takeOut(taken: PlannedFiles, signal: AbortSignal): Promise<RemainingPlan> {
    const { planId, files } = taken;
    const gone = new Set(files.map(identityOf));
    const isMeant = (step: BackUpStep) => gone.has(identityOf(toPlannedFile(step)));
    this.#plans.leaveAlone(this.#kind, planId, { because: 'ignored', isMeant });
    return this.#remaining(planId, signal);
  }

  /** Leaves what nobody has to be asked about. */
  takeOutQuestions(planId: number, signal: AbortSignal): Promise<RemainingPlan> {
    const unasked = { because: 'unasked', isMeant: needsQuestion } as const;
    this.#plans.leaveAlone(this.#kind, planId, unasked);
    return this.#remaining(planId, signal);
  }

  async #remaining(planId: number, signal: AbortSignal): Promise<RemainingPlan> {
    return this.#kind.summarize(this.#plans.get(this.#kind, planId), [], signal);
  }

  #steps(planId: number): readonly BackUpStep[] {
    return this.#plans.get(this.#kind, planId).steps;
  }

  #change({ planId, files }: PlannedFiles, change: (step: BackUpStep) => BackUpStep): void {
    this.#plans.change(this.#kind, planId, changing(files, change));
  }
}
