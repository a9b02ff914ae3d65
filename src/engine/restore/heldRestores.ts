import type { ConflictChoice, ConflictChoices } from '../../protocol';
import { Failure } from '../failure';
import type { RestorePlan, RestoreStep } from './restorePlan';

/** The restores that were shown, each until it is run or dropped. */
export interface HeldRestores {
  add(plan: RestorePlan): void;
  choose(choices: ConflictChoices): void;
  /** Gives a plan away, to be run; `undefined` where it is none of these. */
  take(planId: number): RestorePlan | undefined;
  drop(planId: number): void;
}

export function heldRestores(): HeldRestores {
  const plans = new Map<number, RestorePlan>();
  return {
    add(plan) {
      plans.set(plan.id, plan);
    },
    choose({ planId, choice, except }) {
      const plan = plans.get(planId);
      if (plan === undefined) throw new Failure('plan-outdated', String(planId));
      const others = new Map(
        except.map(each => [JSON.stringify([each.folder, each.path]), each.choice]),
      );
      const choiceFor = ({ route, path }: RestoreStep): ConflictChoice =>
        others.get(JSON.stringify([route.target.folder, path])) ?? choice;
      const steps = plan.steps.map(step => ({ ...step, choice: choiceFor(step) }));
      plans.set(planId, { ...plan, steps });
    },
    take(planId) {
      const plan = plans.get(planId);
      plans.delete(planId);
      return plan && { ...plan, steps: plan.steps.filter(step => !isLeftOut(step)) };
    },
    drop(planId) {
      plans.delete(planId);
    },
  };
}

/** What the user has left as it is here is no part of what runs. */
function isLeftOut({ local, choice }: RestoreStep): boolean {
  return local !== undefined && choice === 'skip';
}
