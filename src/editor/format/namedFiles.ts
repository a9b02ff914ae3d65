import { l10n } from 'vscode';
import { formatCount } from './quantity';

/** The lines of a question that name files: the first few, and how many more there are. */
export function namedFiles(paths: readonly string[], count = paths.length): readonly string[] {
  const named = paths.slice(0, mostNamed).map(path => `• ${path}`);
  const more = count - named.length;
  return more > 0 ? [...named, `• ${l10n.t('{0} more', formatCount(more))}`] : named;
}

const mostNamed = 8;
