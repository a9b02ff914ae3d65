import type { LeftOut, PlannedFile } from '../../protocol/plans';
import { toAbsolutePath, toFilePath } from '../disk/filePath';
import { withOpenFile } from '../disk/openFile';
import { wouldEmpty, type Plan, type Step } from './plan';
import { planStore } from '../batch/planStore';

/** The plans that were shown, each until it is run or dropped. */
export interface HeldPlans {
  add(steps: readonly Step[]): Plan;
  /** Gives a plan away, to be run. */
  take(planId: number): Plan;
  readonly drop: (planId: number) => void;
  /** Which of these files, absolute, a plan would upload. */
  among(planId: number, absolute: readonly string[]): readonly PlannedFile[];
  /** The files that are empty by now, and would replace a cloud copy that is not. */
  emptying(planId: number): Promise<readonly PlannedFile[]>;
  leaveOut(left: LeftOut): void;
}

export function heldPlans(newId: () => number): HeldPlans {
  const plans = planStore<Plan>();
  return {
    add(steps) {
      const plan = { id: newId(), steps };
      plans.add(plan);
      return plan;
    },
    take(planId) {
      const plan = plans.get(planId);
      plans.drop(planId);
      return plan;
    },
    drop: plans.drop,
    among(planId, absolute) {
      const { steps } = plans.get(planId);
      const wanted = new Map(
        [...new Set(steps.map(({ route }) => route.root))].map(root => [
          root,
          new Set(absolute.flatMap(path => toFilePath(root, path) ?? [])),
        ]),
      );
      return steps
        .filter(({ route, path }) => wanted.get(route.root)?.has(path))
        .map(toPlannedFile);
    },
    async emptying(planId) {
      const found: PlannedFile[] = [];
      const others = new Set<Step>();
      for (const step of plans.get(planId).steps.filter(wouldEmpty)) {
        if (await isEmptyNow(step)) found.push(toPlannedFile(step));
        else others.add(step);
      }
      plans.change(planId, plan => ({
        ...plan,
        steps: plan.steps.map(step => (others.has(step) ? { ...step, refusesEmpty: true } : step)),
      }));
      return found;
    },
    leaveOut({ planId, because, files }) {
      const left = new Set(files.map(identityOf));
      plans.change(planId, plan => ({
        ...plan,
        steps: plan.steps.map(step =>
          left.has(identityOf(toPlannedFile(step))) ? { ...step, leftOut: because } : step,
        ),
      }));
    },
  };
}

function toPlannedFile({ route, path }: Step): PlannedFile {
  return { folder: route.target.folder, path, absolute: toAbsolutePath(route.root, path) };
}

function identityOf({ folder, path }: PlannedFile): string {
  return `${folder}\n${path}`;
}

/** What cannot be looked at is for the upload to tell. */
async function isEmptyNow({ route, path }: Step): Promise<boolean> {
  try {
    const { size } = await withOpenFile(route.root, path, file => file.stat());
    return size === 0;
  } catch {
    return false;
  }
}
