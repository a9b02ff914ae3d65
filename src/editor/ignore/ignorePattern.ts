import type { FilePath } from '../../protocol/folders';

/**
 * Returns the line of the workspace folder's ignore file that matches only this file, or only this
 * folder and everything below it.
 */
export function ignorePattern(path: FilePath, kind: 'file' | 'folder'): string {
  // The leading slash anchors the pattern, and makes `#` and `!` ordinary characters.
  const literal = `/${path}`
    .replace(/[\\*?[]/g, '\\$&')
    // A line cannot contain a line break; `?` matches any character.
    .replace(/[\r\n]/g, '?');
  return kind === 'folder'
    ? `${literal}/`
    : literal.replace(/ +$/, spaces => '\\ '.repeat(spaces.length));
}

/**
 * Returns the patterns of `s3Backup.exclude`, changed so that they no longer exclude `.git`. Removes
 * a pattern that excludes nothing else; adds an exception to any other.
 */
export function includeGit(patterns: readonly string[], culprit: string): readonly string[] {
  return plain.test(culprit)
    ? patterns.filter(pattern => !plain.test(pattern))
    : [...patterns, '!/.git'];
}

const plain = /^(?:\/|\*\*\/)?\.git\/?$/;
