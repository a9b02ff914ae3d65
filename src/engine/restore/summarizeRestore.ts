import type { Problem } from '../../protocol/reports';
import type { RestoreConflict, RestoreSummary } from '../../protocol/restore';
import type { Group } from '../../protocol/verdicts';
import { groups } from '../../protocol/verdicts';
import { isArchiveClass } from '../ports/bucket';
import type { LocalFile } from '../disk/localFile';
import type { RestorePlan, RestoreStep } from './restorePlan';
import type { RestoreSelection } from './selectRestores';
import { cloudSide, localSide } from '../comparison/entry';

/** What is shown of a restore before it runs. */
export function summarizeRestore(
  { id, steps }: RestorePlan,
  selections: readonly Pick<RestoreSelection, 'excluded'>[],
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
      examples: conflicts.slice(0, mostExamples).map(toConflict),
    },
    archived: fetched.filter(({ cloud }) => isArchiveClass(cloud.storageClass)).length,
    refused: {
      files: refused.length,
      examples: refused.slice(0, mostExamples).flatMap(toTrouble),
    },
    excluded,
  };
}

/** More than anybody decides about one by one. */
const mostExamples = 50;

type Conflict = RestoreStep & { readonly local: LocalFile };

function isConflict(step: RestoreStep): step is Conflict {
  return step.local !== undefined;
}

function isNewerHere({ route, local, cloud }: Conflict): boolean {
  return localSide(local).modifiedAtMs + route.bucket.clockOffset > cloud.modifiedAtMs;
}

function toConflict({ route, path, local, cloud }: Conflict): RestoreConflict {
  return {
    folder: route.target.folder,
    path,
    local: localSide(local),
    cloud: cloudSide(cloud),
  };
}

function toTrouble({ route, path, refusal }: RestoreStep): readonly Problem[] {
  if (refusal === undefined) return [];
  const { folder } = route.target;
  return [{ folder, path, kind: 'skipped', failure: refusal.toRecord() }];
}
