import { l10n } from 'vscode';
import {
  requestKinds,
  type LeftAloneReason,
  type Report,
  type RequestCounts,
} from '../../protocol/reports';
import { formatCount, formatFiles } from '../format/quantity';
import type { Work } from '../../protocol/rows';
import type { Group } from '../../protocol/verdicts';

/** "309 files backed up, 3 failed"; leaves out zeros. */
export function reportNumbers(report: Report): string {
  const { failed, skipped, cancelled, stopped } = report;
  const parts = [doneText(report)];
  if (failed > 0) parts.push(l10n.t('{0} failed', formatCount(failed)));
  if (skipped > 0) parts.push(l10n.t('{0} skipped', formatCount(skipped)));
  if (cancelled > 0) {
    const count = formatCount(cancelled);
    parts.push(stopped === undefined ? l10n.t('{0} cancelled', count) : l10n.t('{0} left', count));
  }
  return parts.join(', ');
}

function doneText({ work, done }: Report): string {
  switch (work) {
    case 'back-up':
      return done === 1
        ? l10n.t('1 file backed up')
        : l10n.t('{0} files backed up', formatCount(done));
    case 'restore':
      return done === 1
        ? l10n.t('1 file restored')
        : l10n.t('{0} files restored', formatCount(done));
    case 'free-up':
      return done === 1 ? l10n.t('1 file freed') : l10n.t('{0} files freed', formatCount(done));
    case 'trash':
      return done === 1
        ? l10n.t('1 file moved to the trash')
        : l10n.t('{0} files moved to the trash', formatCount(done));
  }
}

/** The same, with the files that were left alone: what a report names adds up to these. */
export function allNumbers(report: Report): string {
  const { leftAlone } = report;
  const numbers = reportNumbers(report);
  return leftAlone > 0
    ? `${numbers}, ${l10n.t('{0} left alone', formatCount(leftAlone))}`
    : numbers;
}

/** Why files were left alone, as the beginning of a line that counts them. */
export function leftAloneText(because: LeftAloneReason): string {
  switch (because) {
    case 'changed-in-cloud':
      return l10n.t('Changed in the cloud, waiting for your decision');
    case 'ignored':
      return l10n.t('Ignored from now on, as you chose');
    case 'unasked':
      return l10n.t('Not backed up without asking you');
  }
}

/** The line that says what the store was asked meanwhile; none where it was asked nothing. */
export function requestsText(counts: RequestCounts): readonly string[] {
  const asked = requestKinds
    .filter(kind => counts[kind] > 0)
    .map(kind => {
      const count = formatCount(counts[kind]);
      return kind === 'other' ? l10n.t('{0} others', count) : `${count} ${kind}`;
    });
  return asked.length === 0 ? [] : [l10n.t('Requests meanwhile: {0}', asked.join(', '))];
}

/** The report's heading for the files that succeeded. */
export function doneHeading(work: Work): string {
  switch (work) {
    case 'back-up':
      return l10n.t('Backed Up');
    case 'restore':
      return l10n.t('Restored');
    case 'free-up':
      return l10n.t('Freed');
    case 'trash':
      return l10n.t('Moved to the Trash');
  }
}

/** The codicon next to a batch's outcome. */
export function batchIcon(work: Work): string {
  return work === 'back-up' ? 'cloud-upload' : work === 'restore' ? 'cloud-download' : 'trash';
}

/**
 * Counts the files that a plan leaves out, by group. Files of the groups that the plan takes are
 * left out only while another batch works on them.
 */
export function excludedNumbers(
  excluded: Readonly<Partial<Record<Group, number>>>,
  takenGroups: readonly Group[],
): string {
  return (Object.entries(excluded) as [Group, number][])
    .filter(([, count]) => count > 0)
    .map(([group, count]) => {
      const files = formatFiles(count);
      return takenGroups.includes(group) ? l10n.t('{0} in progress', files) : inGroup(group, files);
    })
    .join(', ');
}

/** Says of a number of files in which group they are. */
export function inGroup(group: Group, files: string): string {
  switch (group) {
    case 'up-to-date':
      return l10n.t('{0} up to date', files);
    case 'out-of-date':
      return l10n.t('{0} out of date in the cloud', files);
    case 'missing-in-cloud':
      return l10n.t('{0} missing in the cloud', files);
    case 'changed-in-cloud':
      return l10n.t('{0} changed in the cloud', files);
    case 'only-in-cloud':
      return l10n.t('{0} only in the cloud', files);
    case 'unchecked':
      return l10n.t('{0} that could not be checked', files);
    case 'ignored':
      return l10n.t('{0} ignored', files);
    case 'lost':
      return l10n.t('{0} lost', files);
  }
}
