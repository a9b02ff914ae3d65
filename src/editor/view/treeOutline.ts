import type { ComparisonTotals } from '../../protocol/comparisons';
import type { FailureRecord } from '../../protocol/failures';
import type { State } from '../../protocol/state';
import { groups, type Group } from '../../protocol/verdicts';
import type { PastFindings } from './pastTotals';
import { folderId, localFolders, type Targets } from '../targets/targets';

/** What the tree shows above the rows, so that changes can be found by comparing. */
export interface Outline {
  /** Which folders and groups there are; another one means that all is drawn again. */
  readonly shape: string;
  /** Which comparisons there are; another one means that one has ended. */
  readonly compared: string;
  /** What the engine does; work that begins or ends changes it. */
  readonly doing: State['kind'];
  /** The numbers of each group, by its key. */
  readonly numbers: ReadonlyMap<string, string>;
}

interface TreeOutlineDeps {
  readonly engine: { readonly state: State };
  readonly targets: Targets;
  readonly past: { readonly findings: PastFindings | undefined };
}

export function treeOutline({ engine: { state }, targets, past }: TreeOutlineDeps): Outline {
  const shape: string[] = [];
  const numbers = new Map<string, string>();
  for (const folder of localFolders()) {
    const id = folderId(folder);
    shape.push(id, targets.statusOf(folder).kind, failureOf(state, id)?.code ?? '');
  }
  const { findings } = past;
  if (findings !== undefined) {
    shape.push(JSON.stringify([findings.comparedAt, ...findings.groups]));
  }
  for (const comparison of state.comparisons) {
    shape.push(comparison.folder, String(comparison.comparedAt));
    for (const group of shownGroups(comparison)) {
      const key = groupKey(comparison.folder, group);
      const { files, bytes } = comparison.groups[group];
      const shown = comparison.shown?.[group] ?? files;
      shape.push(group, String(comparison.rows[group] === 0));
      const { proved, unconfirmed } = comparison;
      const doubts = group === 'up-to-date' ? [proved, unconfirmed] : [];
      numbers.set(key, [files, bytes, shown, ...doubts].join(' '));
    }
  }
  return { shape: shape.join('\n'), compared: comparedKey(state), doing: state.kind, numbers };
}

export function comparedKey({ comparisons }: State): string {
  return comparisons.map(({ folder, comparedAt }) => `${folder}\n${String(comparedAt)}`).join('\n');
}

/** The keys of the groups whose numbers have changed. */
export function recountedGroups(before: Outline, now: Outline): readonly string[] {
  return [...now.numbers.keys()].filter(key => before.numbers.get(key) !== now.numbers.get(key));
}

export function failureOf(state: State, folder: string): FailureRecord | undefined {
  if (state.kind !== 'failed') return undefined;
  return state.failures.find(failed => failed.folder === folder)?.failure;
}

/** Whether nothing but a single file is worked on. */
export function isAtOneFile(state: State): boolean {
  if (state.kind !== 'transferring') return false;
  return state.batches.reduce((sum, { files }) => sum + files, 0) === 1;
}

/** Whether a filter matches so few files that all folders can be opened. */
export function findsLittle({ comparisons }: State): boolean {
  const numbers = comparisons.map(({ shown }) => shown);
  if (numbers.every(shown => shown === undefined)) return false;
  const files = numbers.flatMap(shown => Object.values(shown ?? {}));
  return files.reduce((sum, count) => sum + count, 0) <= maxFilesOpenedAtOnce;
}

/** Up to this many matches every folder is opened; each folder costs a request. */
const maxFilesOpenedAtOnce = 200;

export function shownGroups(comparison: ComparisonTotals): readonly Group[] {
  return groups.filter(group => alwaysShown.has(group) || isThere(comparison, group));
}

/** A group whose last row lingers is there until that has gone. */
function isThere({ groups: numbers, rows }: ComparisonTotals, group: Group): boolean {
  return numbers[group].files > 0 || rows[group] > 0;
}

/** Groups that are shown even when empty, because that answers what the user asks. */
const alwaysShown: ReadonlySet<Group> = new Set(['out-of-date', 'missing-in-cloud', 'up-to-date']);

export function groupKey(folder: string, group: Group): string {
  return `${folder}\n${group}`;
}
