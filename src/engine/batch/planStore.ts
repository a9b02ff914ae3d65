import { Failure } from '../failures/failure';

/** The plans of one kind that were shown, each until it is run or dropped. */
export interface PlanStore<P extends { readonly id: number }> {
  readonly add: (plan: P) => void;
  /** Throws `plan-outdated` where there is none of that number. */
  readonly get: (planId: number) => P;
  /** Changes a plan before it runs. Throws as `get` does. */
  readonly change: (planId: number, next: (plan: P) => P) => void;
  /** Gives a plan away, to be run; `undefined` where it is none of these. */
  readonly take: (planId: number) => P | undefined;
  readonly drop: (planId: number) => void;
}

export function planStore<P extends { readonly id: number }>(): PlanStore<P> {
  const plans = new Map<number, P>();

  function get(planId: number): P {
    const plan = plans.get(planId);
    if (plan === undefined) throw new Failure('plan-outdated', String(planId));
    return plan;
  }

  return {
    add(plan) {
      plans.set(plan.id, plan);
    },
    get,
    change(planId, next) {
      plans.set(planId, next(get(planId)));
    },
    take(planId) {
      const plan = plans.get(planId);
      plans.delete(planId);
      return plan;
    },
    drop(planId) {
      plans.delete(planId);
    },
  };
}
