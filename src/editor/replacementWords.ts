import { l10n } from 'vscode';
import type { PlanSummary } from '../protocol';
import { formatCount } from './quantity';

/** Which cloud copies without a record a plan would replace, and whether they can be got back. */
export function replacementWords({ files, examples, keepsVersions }: PlanSummary['unowned']): {
  readonly copies: readonly string[];
  readonly kept: string;
} {
  const copies = examples.slice(0, 3).map(path => `• ${path}`);
  const more = files - copies.length;
  if (more > 0) copies.push(`• ${l10n.t('{0} more', formatCount(more))}`);
  return {
    copies,
    kept: keepsVersions
      ? l10n.t('The bucket keeps versions: what is replaced can be got back.')
      : l10n.t('The bucket keeps no versions: what is replaced is gone.'),
  };
}
