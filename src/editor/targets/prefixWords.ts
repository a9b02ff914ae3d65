import { l10n } from 'vscode';
import type { PrefixFault } from './prefix';

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
