import { l10n } from 'vscode';
import type { FreeUpSummary, KeptReason } from '../../protocol/freeUp';
import { namedFiles } from '../format/namedFiles';
import { formatFiles } from '../format/quantity';

/** The lines that name what stays, by reason. */
export function keptLines(stays: FreeUpSummary['kept']): readonly string[] {
  return stays.flatMap(({ because, files, examples }) => [
    l10n.t('{0}:', stayText(because, formatFiles(files))),
    ...namedFiles(examples, files),
  ]);
}

/** What stays in one line, for a message that has no room for names. */
export function keptNumbers(stays: FreeUpSummary['kept']): string {
  return stays.map(({ because, files }) => stayText(because, formatFiles(files))).join(', ');
}

function stayText(because: KeptReason, files: string): string {
  switch (because) {
    case 'out-of-date':
      return l10n.t('{0} out of date in the cloud', files);
    case 'missing-in-cloud':
      return l10n.t('{0} missing in the cloud', files);
    case 'changed-in-cloud':
      return l10n.t('{0} changed in the cloud', files);
    case 'unchecked':
      return l10n.t('{0} that could not be checked', files);
    case 'not-proved':
      return l10n.t('{0} not proved, only up to date by name and time', files);
    case 'ignored':
      return l10n.t('{0} ignored, and so not backed up', files);
    case 'ignore-file':
      return l10n.t('{0} with ignore rules', files);
    case 'archived':
      return l10n.t('{0} whose cloud copies are archived', files);
    case 'under-way':
      return l10n.t('{0} under way', files);
  }
}
