import type { FilePath } from '../../protocol/folders';

/**
 * The line of an ignore file in the workspace folder that means just this file, or this folder
 * with all below it.
 */
export function ignorePattern(path: FilePath, kind: 'file' | 'folder'): string {
  // The slash at the beginning ties it to this very place, and makes `#` and `!` mere letters.
  const literal = `/${path}`
    .replace(/[\\*?[]/g, '\\$&')
    // A line cannot hold what ends one; this stands for any letter.
    .replace(/[\r\n]/g, '?');
  return kind === 'folder'
    ? `${literal}/`
    : literal.replace(/ +$/, spaces => '\\ '.repeat(spaces.length));
}
