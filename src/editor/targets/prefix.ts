import { l10n } from 'vscode';

/** Empty, or ending in exactly one `/`; a lone `/` is the root of the bucket. */
export function normalPrefix(typed: string): string {
  const bare = typed.trim().replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `${bare}/`;
}

/** Why files below a prefix could not be found again by their paths, or not be stored everywhere. */
export type PrefixFault = 'empty-segment' | 'dot-segment' | 'backslash' | 'control' | 'too-long';

export function prefixFault(prefix: string): PrefixFault | undefined {
  const segments = prefix.split('/').slice(0, -1);
  if (segments.includes('')) return 'empty-segment';
  if (segments.some(segment => segment === '.' || segment === '..')) return 'dot-segment';
  if (prefix.includes('\\')) return 'backslash';
  if (/\p{Cc}/u.test(prefix)) return 'control';
  // A key has 1,024 bytes at the most; the files' own paths need room too.
  if (new TextEncoder().encode(prefix).length > 512) return 'too-long';
  return undefined;
}

/** How the objects below one prefix lie to those below another. */
export type PrefixRelation = 'same' | 'inside' | 'around' | 'apart';

/** Both are empty or end in `/`. */
export function prefixRelation(prefix: string, other: string): PrefixRelation {
  if (prefix === other) return 'same';
  if (prefix.startsWith(other)) return 'inside';
  return other.startsWith(prefix) ? 'around' : 'apart';
}

/** The prefix beside this one with a number at its end; the root has none beside it. */
export function numberedPrefix(prefix: string, number: number): string {
  return `${prefix.slice(0, -1)}-${String(number)}/`;
}

/** What is wrong with a prefix, in words. */
export function prefixWords(fault: PrefixFault): string {
  switch (fault) {
    case 'empty-segment':
      return l10n.t('Two slashes in a row cannot be used.');
    case 'dot-segment':
      return l10n.t('“.” and “..” cannot be used between slashes.');
    case 'backslash':
      return l10n.t('Put “/” between the names instead of “\\”.');
    case 'control':
      return l10n.t('It holds a character that cannot be seen.');
    case 'too-long':
      return l10n.t('It is too long: the files’ paths need room too.');
  }
}
