import { l10n } from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import { formatCount, formatFiles } from '../format/quantity';

/** What the filter lets through, for the line above the tree; `undefined` without a filter. */
export function filterLine(
  comparisons: readonly ComparisonTotals[],
  text: string,
): string | undefined {
  const filtered = comparisons.filter(({ shown }) => shown !== undefined);
  if (filtered.length === 0) return undefined;
  const found = filtered.reduce((sum, comparison) => sum + comparison.found, 0);
  const shown = filtered
    .flatMap(comparison => Object.values(comparison.shown ?? {}))
    .reduce((sum, files) => sum + files, 0);
  const filter = text.trim();
  return shown === 0
    ? l10n.t('no file matches the filter “{0}”', filter)
    : l10n.t('{0} of {1} match the filter “{2}”', formatCount(shown), formatFiles(found), filter);
}
