import { extname } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import { childPath, fileName, parentPath, toAbsolutePath } from './filePath';
import { renameNoReplace } from './renameNoReplace';
import type { StagedFile } from './stagedFile';
import type { PlaceholderNotes } from '../staging/placeholders';
import { shortenName } from './shortenName';

/**
 * Gives a file of our own a name beside `path` that people see and that no other file has, with the time in
 * it: `plan (kept 2026-03-14 09.26.53).txt`; `word` says which one it is. Returns that path.
 */
export async function renameToConflictName(
  { root, path, ownPath }: Pick<StagedFile, 'root' | 'path' | 'ownPath'>,
  at: Date,
  notes: PlaceholderNotes,
  word: 'kept' | 'cloud' = 'kept',
): Promise<FilePath> {
  const name = fileName(path);
  const extension = extname(name).length <= longestExtension ? extname(name) : '';
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number++) {
    const end = ` (${word} ${timeOf(at)}${number === 1 ? '' : ` ${String(number)}`})${extension}`;
    const kept = childPath(parentPath(path), shortenName(stem, Buffer.byteLength(end)) + end);
    const outcome = await renameNoReplace(
      toAbsolutePath(root, ownPath),
      toAbsolutePath(root, kept),
      notes,
    );
    if (outcome === 'moved') return kept;
  }
}

/** What is longer is no extension, but the better part of a name. */
const longestExtension = 20;

/** Of this place on earth, without the colons that Windows refuses. */
function timeOf(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}`;
}
