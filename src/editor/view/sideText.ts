import { l10n } from 'vscode';
import type { Side } from '../../protocol/rows';
import { formatTime } from '../format/pointInTime';
import { formatCount } from '../format/quantity';

/** A file or its copy in a few words: exact size and time. */
export function sideText(side: Side | undefined): string {
  if (side === undefined) return l10n.t('nothing');
  const size = side.size === 1 ? l10n.t('1 byte') : l10n.t('{0} bytes', formatCount(side.size));
  return `${size}, ${formatTime(side.modifiedAtMs)}`;
}
