import type { ConflictChoice, ConflictChoices } from '../../protocol/restore';
import { planStore } from '../batch/planStore';
import type { RestorePlan, RestoreStep } from './restorePlan';

/** The restores that were shown, each until it is run or dropped. */
export interface HeldRestores {
  readonly add: (plan: RestorePlan) => void;
  readonly choose: (choices: ConflictChoices) => void;
  /** Gives a plan away, to be run; `undefined` where it is none of these. */
  readonly take: (planId: number) => RestorePlan | undefined;
  readonly drop: (planId: number) => void;
}

export function heldRestores(): HeldRestores {
  const plans = planStore<RestorePlan>();
  return {
    add: plans.add,
    choose({ planId, choice, except }) {
      const others = new Map(
        except.map(each => [JSON.stringify([each.folder, each.path]), each.choice]),
      );
      const choiceFor = ({ route, path }: RestoreStep): ConflictChoice =>
        others.get(JSON.stringify([route.target.folder, path])) ?? choice;
      plans.change(planId, plan => ({
        ...plan,
        steps: plan.steps.map(step => ({ ...step, choice: choiceFor(step) })),
      }));
    },
    take(planId) {
      const plan = plans.take(planId);
      return plan && { ...plan, steps: plan.steps.filter(step => !isLeftOut(step)) };
    },
    drop: plans.drop,
  };
}

/** What the user has left as it is here is no part of what runs. */
function isLeftOut({ local, choice }: RestoreStep): boolean {
  return local !== undefined && choice === 'skip';
}
