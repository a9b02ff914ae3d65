import type { PlanPreview, PlanSummary } from '../../protocol/plans';
import { groups, type Group } from '../../protocol/verdicts';
import type { Plan } from '../batch/planKind';
import { askedOnce, keepsVersions, type VersioningOf } from '../batch/step';
import {
  type BackUpStep,
  isOfUnknownOrigin,
  isUnaskedSecret,
  replacesOriginal,
  wouldEmpty,
} from './backUpStep';
import { bulkyFolders } from './bulkyFolders';
import { mostRequests } from './mostRequests';
import type { BackUpSelection } from './selectBackUp';

/** Describes a back-up to the user before it runs. */
export async function summarizeBackUp(
  { id, steps }: Plan<BackUpStep>,
  selections: readonly BackUpSelection[],
  signal: AbortSignal,
): Promise<PlanSummary> {
  const excluded: Partial<Record<Group, number>> = {};
  for (const group of groups) {
    const files = selections.reduce((sum, each) => sum + (each.excluded[group] ?? 0), 0);
    if (files > 0) excluded[group] = files;
  }
  const replacing = steps.filter(isOfUnknownOrigin);
  const overwriting = steps.filter(step => isOfUnknownOrigin(step) || wouldEmpty(step));
  const [only] = selections;
  const versioningOf = askedOnce(signal);
  return {
    planId: id,
    files: steps.length,
    bytes: steps.reduce((sum, step) => sum + step.local.size, 0),
    preview: await previewOf(steps, versioningOf, signal),
    unknownOrigin: {
      files: replacing.length,
      originals: replacing.filter(replacesOriginal).length,
      examples: replacing.slice(0, maxExamples).map(step => step.path),
      keepsVersions: await keepsVersions(overwriting, versioningOf),
    },
    manyReplaced: await manyReplaced(steps, versioningOf),
    wouldEmpty: steps.filter(wouldEmpty).length,
    unaskedSecrets: steps.filter(isUnaskedSecret).length,
    excluded,
    ignored: selections.length === 1 ? only?.ignored : undefined,
  };
}

async function manyReplaced(
  steps: readonly BackUpStep[],
  versioningOf: VersioningOf,
): Promise<PlanSummary['manyReplaced']> {
  const replacing = steps.filter(({ condition }) => condition.kind === 'unchanged');
  if (replacing.length <= maxReplacedUnasked) return undefined;
  return { files: replacing.length, keepsVersions: await keepsVersions(replacing, versioningOf) };
}

/** More copies than these are replaced only after a question, where they cannot be got back. */
const maxReplacedUnasked = 100;

const maxExamples = 3;

/** What a user wants to know before everything that a plan names is sent for the first time. */
async function previewOf(
  steps: readonly BackUpStep[],
  versioningOf: VersioningOf,
  signal: AbortSignal,
): Promise<PlanPreview> {
  const files = steps.map(({ route, path, local }) => ({
    folder: route.target.folder,
    path,
    bytes: local.size,
  }));
  return {
    folders: [...new Set(files.map(({ folder }) => folder))],
    requests: await mostRequests(steps, versioningOf, signal),
    largest: files.toSorted((one, other) => other.bytes - one.bytes).slice(0, maxLargest),
    bulky: bulkyFolders(files),
  };
}

const maxLargest = 10;
