import { l10n } from 'vscode';

/** Returns the prefix without outer spaces and slashes, and with one `/` at its end unless empty. */
export function normalPrefix(typed: string): string {
  const bare = typed.trim().replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `${bare}/`;
}

/** Why a prefix is refused: not every store keeps such keys, or paths could not be read back. */
export type PrefixFault = 'empty-segment' | 'dot-segment' | 'backslash' | 'control' | 'too-long';

export function prefixFault(prefix: string): PrefixFault | undefined {
  const segments = prefix.split('/').slice(0, -1);
  if (segments.includes('')) return 'empty-segment';
  if (segments.some(segment => segment === '.' || segment === '..')) return 'dot-segment';
  if (prefix.includes('\\')) return 'backslash';
  if (/\p{Cc}/u.test(prefix)) return 'control';
  // A key has at most 1,024 bytes of UTF-8, and the files' own paths need room too:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
  if (new TextEncoder().encode(prefix).length > 512) return 'too-long';
  return undefined;
}

/** How the objects below one prefix relate to those below another. */
export type PrefixRelation = 'same' | 'inside' | 'around' | 'apart';

/** Compares two prefixes, which are empty or end in `/`. */
export function prefixRelation(prefix: string, other: string): PrefixRelation {
  if (prefix === other) return 'same';
  if (prefix.startsWith(other)) return 'inside';
  return other.startsWith(prefix) ? 'around' : 'apart';
}

/** Returns the prefix with a number at its end, as in `backup-2/`. It must not be empty. */
export function numberedPrefix(prefix: string, number: number): string {
  return `${prefix.slice(0, -1)}-${String(number)}/`;
}

/** Says what is wrong with a prefix. */
export function prefixWords(fault: PrefixFault): string {
  switch (fault) {
    case 'empty-segment':
      return l10n.t('Two slashes in a row cannot be used.');
    case 'dot-segment':
      return l10n.t('“.” and “..” cannot be used between slashes.');
    case 'backslash':
      return l10n.t('Put “/” between the names instead of “\\”.');
    case 'control':
      return l10n.t('It contains an invisible character.');
    case 'too-long':
      return l10n.t('Too long: leave room for the paths of the files.');
  }
}
