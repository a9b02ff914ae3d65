import { lstatSync } from 'node:fs';
import type { EditorPort } from '../ports/editorPort';
import { Failure } from '../failures/failure';
import { toAbsolutePath } from '../disk/filePath';
import { isSameState, toLocalFile } from '../disk/localFile';
import type { SafeToFree } from './examineFile';

/** Moves a file to the trash that was examined under its own name, where it is still the same. */
export async function trashExamined(
  root: string,
  safe: SafeToFree,
  editor: EditorPort,
): Promise<void> {
  const { path } = safe.local;
  const absolute = toAbsolutePath(root, path);
  const now = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
  if (now === undefined) throw new Failure('file-vanished', path);
  if (!isSameState(safe.local, toLocalFile(path, now))) throw new Failure('differs-here', path);
  safe.requireFresh();
  if ((await editor.moveToTrash(absolute)) === 'no-trash') {
    throw new Failure('not-trashed', path);
  }
}
