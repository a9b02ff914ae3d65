import type { Scope } from '../../protocol/plans';
import type { Group } from '../../protocol/verdicts';
import type { Comparison } from '../comparison/comparison';
import { inOrder, isTaken, type Selection, type Step } from './plan';
import type { Route } from '../comparison/job';

/**
 * The steps that end conflicts by what is here, each under the condition of the copy that was shown
 * to whoever decided. What is no conflict any more is left alone.
 */
export function selectMine(
  route: Route,
  comparison: Comparison,
  { files }: Extract<Scope, { kind: 'mine' }>,
): Selection {
  const steps: Step[] = [];
  const excluded: Partial<Record<Group, number>> = {};
  for (const { path, etag } of files) {
    const entry = comparison.get(path);
    if (entry === undefined) continue;
    const { local, cloud, verdict, activity } = entry;
    if (verdict.kind !== 'changed-in-cloud' || local === undefined || isTaken(activity)) {
      excluded[verdict.kind] = (excluded[verdict.kind] ?? 0) + 1;
      continue;
    }
    const condition = { kind: 'unchanged', etag } as const;
    steps.push({ route, path, local, condition, replaces: cloud?.size ?? 0 });
  }
  return { steps: inOrder(steps), excluded };
}
