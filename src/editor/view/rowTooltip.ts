import { l10n, MarkdownString } from 'vscode';
import { failureText } from '../failures/failureMessage';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { reason, sideText } from './verdictWords';
import type { RowNode } from './treeNode';

/** Says all that is known about a row. Built only when the pointer rests on it. */
export function rowTooltip({ row }: RowNode): MarkdownString {
  const tooltip = new MarkdownString();
  tooltip.appendMarkdown('**').appendText(row.path).appendMarkdown('**\n\n');
  if (row.kind === 'folder') {
    const { files, bytes } = row.totals;
    tooltip.appendText(
      bytes > 0 ? `${formatFiles(files)}, ${formatBytes(bytes)}` : formatFiles(files),
    );
    if (row.notBackedUp > 0) {
      tooltip.appendMarkdown('\n\n');
      tooltip.appendText(
        row.notBackedUp === 1
          ? l10n.t('1 file in this folder isn’t backed up')
          : l10n.t('{0} files in this folder aren’t backed up', formatCount(row.notBackedUp)),
      );
    }
    if (row.ignored > 0) {
      tooltip.appendMarkdown('\n\n');
      tooltip.appendText(l10n.t('{0} in this folder ignored', formatFiles(row.ignored)));
    }
    return tooltip;
  }
  tooltip.appendText(reason(row.verdict));
  if (row.activity?.kind === 'failed') {
    tooltip.appendMarkdown('\n\n$(error) ').appendText(failureText(row.activity.failure));
    tooltip.supportThemeIcons = true;
  }
  // The sides of ignored files may not have been examined; then the tooltip leaves them out.
  const isIgnored = row.verdict.kind === 'ignored';
  if (!isIgnored || row.local !== undefined) {
    tooltip.appendMarkdown('\n\n').appendText(l10n.t('Here: {0}', sideText(row.local)));
  }
  if (!isIgnored || row.cloud !== undefined) {
    tooltip.appendMarkdown('\n\n').appendText(l10n.t('In the cloud: {0}', sideText(row.cloud)));
  }
  return tooltip;
}
