import type { Problem } from '../../protocol/reports';
import type { RestoreConflict, RestoreSummary } from '../../protocol/restore';
import { groups, type Group } from '../../protocol/verdicts';
import type { Plan } from '../batch/planKind';
import { isArchiveClass } from '../ports/bucket';
import { cloudSide, localSide } from '../comparison/entry';
import type { LocalFile } from '../disk/localFile';
import type { RestoreStep } from './restoreStep';
import type { RestoreSelection } from './selectRestore';

/** Describes a restore to the user before it runs. */
export function summarizeRestore(
  { id, steps }: Plan<RestoreStep>,
  selections: readonly RestoreSelection[],
): RestoreSummary {
  const fetched = steps.filter(({ refusal }) => refusal === undefined);
  const refused = steps.filter(({ refusal }) => refusal !== undefined);
  const conflicts = fetched.filter(isConflict);
  const excluded: Partial<Record<Group, number>> = {};
  for (const group of groups) {
    const files = selections.reduce((sum, each) => sum + (each.excluded[group] ?? 0), 0);
    if (files > 0) excluded[group] = files;
  }
  return {
    planId: id,
    files: fetched.length,
    bytes: fetched.reduce((sum, step) => sum + step.cloud.size, 0),
    conflicts: {
      files: conflicts.length,
      newerHere: conflicts.filter(isNewerHere).length,
      examples: conflicts.slice(0, maxExamples).map(toConflict),
    },
    archived: fetched.filter(({ cloud }) => isArchiveClass(cloud.storageClass)).length,
    refused: {
      files: refused.length,
      examples: refused.slice(0, maxExamples).flatMap(toProblem),
    },
    excluded,
  };
}

/** More than anybody decides about one by one. */
const maxExamples = 50;

type Conflict = RestoreStep & { readonly local: LocalFile };

function isConflict(step: RestoreStep): step is Conflict {
  return step.local !== undefined;
}

function isNewerHere({ route, local, cloud }: Conflict): boolean {
  return localSide(local).modifiedAtMs + route.bucket.clockOffsetMs > cloud.modifiedAtMs;
}

function toConflict({ route, path, local, cloud }: Conflict): RestoreConflict {
  return {
    folder: route.target.folder,
    path,
    local: localSide(local),
    cloud: cloudSide(cloud),
  };
}

function toProblem({ route, path, refusal }: RestoreStep): readonly Problem[] {
  if (refusal === undefined) return [];
  const { folder } = route.target;
  return [{ folder, path, kind: 'skipped', failure: refusal.toRecord() }];
}
