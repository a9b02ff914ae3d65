import type { FilePath } from '../../protocol/folders';

/** Whether a row with this path is shown. */
export type RowFilter = (path: FilePath) => boolean;

/**
 * A filter by what somebody types: paths that contain the text, or, where there is a `*` in it,
 * paths that end in it from the beginning of a name on. Case and the way in which Unicode is
 * composed make no difference. `undefined` where nothing is typed.
 */
export function rowFilter(typed: string): RowFilter | undefined {
  const text = folded(typed.trim());
  if (text === '') return undefined;
  if (!text.includes('*')) return path => folded(path).includes(text);
  const pieces = text.split(/\*+/).map(piece => piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const pattern = new RegExp(`(?:^|/)${pieces.join('.*')}$`, 's');
  return path => pattern.test(folded(path));
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
