import type { FilePath } from '../../protocol/folders';
import type { LeftOut, PlanSummary } from '../../protocol/plans';
import type { Group } from '../../protocol/verdicts';
import { groups } from '../../protocol/verdicts';
import type { Condition, Versioning } from '../ports/bucket';
import type { RuledPath } from '../scan/exclude';
import type { LocalFile } from '../disk/localFile';
import { previewOf } from './preview';
import type { Route } from '../comparison/job';
import type { Entry } from '../comparison/entry';

/** The upload of one file, under the condition of the cloud copy that was seen. */
export interface Step {
  readonly route: Route;
  readonly path: FilePath;
  readonly local: LocalFile;
  readonly condition: Condition;
  /** The size of the cloud copy that it replaces. */
  readonly replaces?: number;
  /** Whether nobody has been asked about the file being empty, though it was when it was planned. */
  readonly refusesEmpty?: boolean;
  /** Where the rule stands by which the file is ignored, and will be again. */
  readonly ignoredAt?: RuledPath;
  /** Why the user has left it out, after the plan was shown. */
  readonly leftOut?: LeftOut['because'];
}

/** What a user confirms is what runs: the steps in their order, and nothing else. */
export interface Plan {
  readonly id: number;
  readonly steps: readonly Step[];
}

/** Which findings a plan takes up, and how many of the others were asked for. */
export interface Selection {
  readonly steps: readonly Step[];
  readonly excluded: Readonly<Partial<Record<Group, number>>>;
}

/**
 * The steps for those findings that are missing in the cloud or out of date. All others are counted
 * and left alone: what needs no upload, and what must not be uploaded without a decision of its own.
 */
export function selectSteps(route: Route, entries: Iterable<Entry>): Selection {
  const steps: Step[] = [];
  const excluded: Partial<Record<Group, number>> = {};
  for (const entry of entries) {
    const step = toStep(route, entry);
    if (step === undefined) {
      const group = entry.verdict.kind;
      excluded[group] = (excluded[group] ?? 0) + 1;
    } else {
      steps.push(step);
    }
  }
  return { steps: inOrder(steps), excluded };
}

/** The same way every time, and folder by folder, so that a cut-off run leaves whole folders. */
export function inOrder<T extends { readonly path: FilePath }>(items: readonly T[]): readonly T[] {
  return items.toSorted((one, other) =>
    one.path < other.path ? -1 : one.path > other.path ? 1 : 0,
  );
}

/** What is shown of a plan before it runs. */
export function summarize(
  plan: Plan,
  selections: readonly Selection[],
  ignored: PlanSummary['ignored'],
  versioning: readonly Versioning[],
): PlanSummary {
  const excluded: Partial<Record<Group, number>> = {};
  for (const selection of selections) {
    for (const group of groups) {
      const files = selection.excluded[group] ?? 0;
      if (files > 0) excluded[group] = (excluded[group] ?? 0) + files;
    }
  }
  const replacing = plan.steps.filter(isOfUnknownOrigin);
  return {
    planId: plan.id,
    files: plan.steps.length,
    bytes: plan.steps.reduce((sum, step) => sum + step.local.size, 0),
    preview: previewOf(plan.steps),
    unknownOrigin: {
      files: replacing.length,
      examples: replacing.slice(0, 3).map(step => step.path),
      keepsVersions: versioning.every(kind => kind === 'enabled'),
    },
    wouldEmpty: plan.steps.filter(wouldEmpty).length,
    excluded,
    ignored,
  };
}

/** Whether a step would replace a copy that holds something by a file that holds nothing. */
export function wouldEmpty({ local, replaces = 0 }: Step): boolean {
  return local.size === 0 && replaces > 0;
}

/**
 * Whether a step replaces a copy that this computer has no record of having written, or one that is
 * the original, since its local file was let go and another one has the name now.
 */
export function isOfUnknownOrigin({ route, path, condition }: Step): boolean {
  if (condition.kind !== 'unchanged') return false;
  const receipt = route.receipts.get(path);
  return receipt?.etag !== condition.etag || receipt.freedAt !== undefined;
}

/** Whether a file is on its way. What has just arrived is what its verdict says, as any other. */
export function isTaken(activity: Entry['activity']): boolean {
  switch (activity?.kind) {
    case 'waiting':
    case 'under-way':
      return true;
    case 'finished':
    case 'verifying':
    case 'failed':
    case undefined:
      return false;
  }
}

function toStep(route: Route, { path, local, cloud, verdict, activity }: Entry): Step | undefined {
  if (local === undefined) return undefined;
  // What is on its way is not sent twice.
  if (isTaken(activity)) return undefined;
  switch (verdict.kind) {
    case 'missing-in-cloud':
      return { route, path, local, condition: { kind: 'absent' } };
    case 'out-of-date':
      return cloud === undefined
        ? undefined
        : {
            route,
            path,
            local,
            condition: { kind: 'unchanged', etag: cloud.etag },
            replaces: cloud.size,
          };
    default:
      return undefined;
  }
}
