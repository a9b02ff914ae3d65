import { l10n } from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { BatchProgress, PauseReason, State } from '../../protocol/state';
import { failureText } from '../failures/failureMessage';
import { formatAge } from '../format/pointInTime';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { targetText } from '../targets/target';
import { folderById, localFolders } from '../targets/targets';
import { batchTitle, pauseText, storeAwaitedText } from './workWords';

/**
 * Returns the line above the tree: what is happening, or what the last comparison found; `pastAt` is
 * when that was where nothing else is known of it.
 */
export function statusLine(
  state: State,
  pastAt: number | undefined,
  now: number,
): string | undefined {
  switch (state.kind) {
    case 'connecting':
      return state.attempt > 1
        ? l10n.t('Connecting to S3, attempt {0} of {1}…', state.attempt, state.attempts)
        : l10n.t('Connecting to S3…');
    case 'comparing':
      return l10n.t(
        'Comparing… {0} here, {1} in the cloud',
        formatFiles(state.localFiles),
        formatFiles(state.cloudFiles),
      );
    case 'looking':
      return l10n.t('Looking for changes…');
    case 'verifying':
      return l10n.t(
        'Verifying… {0} of {1} · {2} of {3}',
        formatCount(state.filesDone),
        formatFiles(state.files),
        formatBytes(state.bytesDone),
        formatBytes(state.bytes),
      );
    case 'transferring':
      return transferLine(state.batches);
    case 'paused':
      return pausedLine(state.batches, state.why);
    case 'failed':
      // Without rows the welcome says what failed and what to do.
      if (state.comparisons.length === 0) return undefined;
      return failedLine(state, now);
    case 'idle':
    case 'compared':
      return comparedLine(state.comparisons, pastAt, now);
  }
}

/** Names the folders that are backed up nowhere, for the line above the tree. */
export function unboundLine([first, ...others]: readonly string[]): string | undefined {
  if (first === undefined) return undefined;
  return others.length === 0
    ? l10n.t('“{0}” has no bucket yet', first)
    : l10n.t('{0} folders have no bucket yet', formatCount(others.length + 1));
}

/**
 * Counts the local files that are not proved to be safe in the cloud, without ignored ones. Line,
 * badge and tooltip are made of these numbers, so that they always agree.
 */
export function unsafeFiles(comparisons: readonly ComparisonTotals[]): UnsafeFiles {
  let [toBackUp, bytes, changedInCloud, unchecked, unconfirmed, notProved] = [0, 0, 0, 0, 0, 0];
  for (const { groups, proved, ...comparison } of comparisons) {
    for (const group of ['out-of-date', 'missing-in-cloud'] as const) {
      toBackUp += groups[group].files;
      bytes += groups[group].bytes;
    }
    changedInCloud += groups['changed-in-cloud'].files;
    unchecked += groups.unchecked.files;
    unconfirmed += comparison.unconfirmed;
    notProved += groups['up-to-date'].files - proved - comparison.unconfirmed;
  }
  const files = toBackUp + changedInCloud + unchecked + unconfirmed + notProved;
  return { files, toBackUp, bytes, changedInCloud, unchecked, unconfirmed, notProved };
}

/** `files` is the sum of all the numbers of files that follow; `bytes` are those to back up. */
interface UnsafeFiles {
  readonly files: number;
  readonly toBackUp: number;
  readonly bytes: number;
  readonly changedInCloud: number;
  readonly unchecked: number;
  readonly unconfirmed: number;
  readonly notProved: number;
}

/** What the badge says when the pointer rests on it. */
export function unsafeText(unsafe: UnsafeFiles): string {
  const { files, toBackUp } = unsafe;
  const parts = [
    ...(toBackUp > 0 ? [l10n.t('{0} to back up', formatCount(toBackUp))] : []),
    ...otherParts(unsafe),
  ].join(', ');
  return files === 1
    ? l10n.t('1 file isn’t safely backed up: {0}', parts)
    : l10n.t('{0} files aren’t safely backed up: {1}', formatCount(files), parts);
}

function otherParts({
  changedInCloud,
  unchecked,
  unconfirmed,
  notProved,
}: UnsafeFiles): readonly string[] {
  return [
    ...(changedInCloud > 0
      ? [l10n.t('{0} changed in the cloud', formatCount(changedInCloud))]
      : []),
    ...(unchecked > 0 ? [l10n.t('{0} couldn’t be checked', formatCount(unchecked))] : []),
    ...(unconfirmed > 0 ? [l10n.t('{0} not confirmed', formatCount(unconfirmed))] : []),
    ...(notProved > 0 ? [l10n.t('{0} not proved', formatCount(notProved))] : []),
  ];
}

function failedLine(
  { failures, comparisons }: Extract<State, { readonly kind: 'failed' }>,
  now: number,
): string {
  const texts = failures.map(({ folder, failure }) => {
    const name = folder === undefined ? undefined : folderById(folder)?.name;
    const text = failureText(failure);
    return name === undefined || localFolders().length === 1 ? text : `${name}: ${text}`;
  });
  const failed = l10n.t('Failed: {0}', texts.join(', '));
  const folders = new Set(failures.map(({ folder }) => folder));
  const times = comparisons
    .filter(({ folder }) => folders.has(folder))
    .map(({ comparedAt }) => comparedAt);
  if (times.length === 0) return failed;
  const age = formatAge(Math.min(...times), now);
  return `${failed} · ${l10n.t('rows as of {0}, not confirmed', age)}`;
}

function transferLine(batches: readonly BatchProgress[]): string {
  const { files, filesDone, bytes, bytesDone } = sum(batches);
  const line = l10n.t(
    '{0}: {1} of {2} · {3} of {4}',
    doingText(batches),
    formatCount(filesDone),
    formatFiles(files),
    formatBytes(bytesDone),
    formatBytes(bytes),
  );
  return batches.every(({ awaitsStore }) => awaitsStore) ? `${line} · ${storeAwaitedText()}` : line;
}

function doingText(batches: readonly BatchProgress[]): string {
  const [work, ...others] = new Set(batches.map(batch => batch.work));
  return work === undefined || others.length > 0 ? l10n.t('Working') : batchTitle(work);
}

function pausedLine(batches: readonly BatchProgress[], why: PauseReason): string {
  const { files, filesDone, bytes, bytesDone } = sum(batches);
  const line = l10n.t(
    'Paused: {0} of {1} · {2} of {3}',
    formatCount(filesDone),
    formatFiles(files),
    formatBytes(bytesDone),
    formatBytes(bytes),
  );
  return why.kind === 'asked-for' ? line : `${line} · ${pauseText(why)}`;
}

type Amounts = Pick<BatchProgress, 'files' | 'filesDone' | 'bytes' | 'bytesDone'>;

function sum(batches: readonly Amounts[]): Amounts {
  let files = 0;
  let filesDone = 0;
  let bytes = 0;
  let bytesDone = 0;
  for (const batch of batches) {
    files += batch.files;
    filesDone += batch.filesDone;
    bytes += batch.bytes;
    bytesDone += batch.bytesDone;
  }
  return { files, filesDone, bytes, bytesDone };
}

function comparedLine(
  comparisons: readonly ComparisonTotals[],
  pastAt: number | undefined,
  now: number,
): string | undefined {
  if (comparisons.length === 0) {
    return pastAt === undefined ? undefined : l10n.t('Last compared {0}', formatAge(pastAt, now));
  }
  // With several folders, the oldest comparison counts, so that no row is older than the line says.
  const comparedAt = Math.min(...comparisons.map(comparison => comparison.comparedAt));
  const unsafe = unsafeFiles(comparisons);
  const age = formatAge(comparedAt, now);
  const [only, ...others] = comparisons;
  // With several folders, each one's row names its target. VS Code shows no description of a view.
  const parts = [
    only === undefined || others.length > 0
      ? l10n.t('Compared {0}', age)
      : l10n.t('Compared {0} with {1}', age, targetText(only)),
  ];
  if (comparisons.some(comparison => comparison.incomplete !== undefined)) {
    parts.push(l10n.t('the bucket could not be listed in full'));
  }
  const { toBackUp, bytes } = unsafe;
  if (toBackUp > 0) {
    parts.push(l10n.t('{0} to back up', formatCount(toBackUp)), formatBytes(bytes));
  } else {
    parts.push(l10n.t('nothing to back up'));
  }
  return [...parts, ...otherParts(unsafe), ...provingParts(comparisons)].join(' · ');
}

/** What goes on in the background is told while it lasts. */
function provingParts(comparisons: readonly ComparisonTotals[]): readonly string[] {
  const all = comparisons.flatMap(({ proving }) => proving ?? []);
  if (all.length === 0) return [];
  const { files, filesDone, bytes, bytesDone } = sum(all);
  return [
    l10n.t(
      'checking contents: {0} of {1}, {2} of {3}',
      formatCount(filesDone),
      formatFiles(files),
      formatBytes(bytesDone),
      formatBytes(bytes),
    ),
  ];
}
