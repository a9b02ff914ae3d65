import type { FilePath } from '../../protocol/folders';

/** Whether a row with this path is shown. */
export type RowFilter = (path: FilePath) => boolean;

/**
 * Returns the filter for a typed text: it matches paths that contain the text or, if the text has a
 * `*`, paths whose end matches it, beginning at the start of a name. Case and Unicode normalization make no difference.
 * Returns `undefined` where nothing is typed.
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
