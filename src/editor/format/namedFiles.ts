import { l10n } from 'vscode';
import { formatCount } from './quantity';

/** Returns lines that name the first few files, and say how many more there are. */
export function namedFiles(paths: readonly string[], count = paths.length): readonly string[] {
  const named = paths.slice(0, maxNamed).map(path => `• ${path}`);
  const more = count - named.length;
  return more > 0 ? [...named, `• ${l10n.t('{0} more', formatCount(more))}`] : named;
}

const maxNamed = 8;
