import { lstat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { FilePath, ReplacedFile } from '../../protocol';
import type { EditorPort } from '../editorPort';
import { Failure } from '../failure';
import { toAbsolutePath } from '../filePath';
import { keepBeside } from '../keepBeside';
import { isSameState, toLocalFile, type LocalFile } from '../localScan';
import { moveIfFree } from '../moveIfFree';
import type { RestoreStep } from './restorePlan';

/**
 * Takes the local file out of the way that the plan replaces: into the trash, or else under a name
 * beside it. Throws `changed-here` where anything is not as the plan saw it; then all stays.
 */
export async function makeWay(
  { route: { root }, path, local, choice }: RestoreStep,
  editor: EditorPort,
): Promise<ReplacedFile | undefined> {
  if (local !== undefined && choice === 'keep-both') return undefined;
  const absolute = toAbsolutePath(root, path);
  if (await editor.isUnsaved(absolute)) throw new Failure('changed-here', path);
  const now = await lookIfThere(absolute);
  if (local === undefined) {
    if (now !== undefined) throw new Failure('changed-here', path);
    return undefined;
  }
  if (now?.isFile() !== true || !isSameState(local, toLocalFile(path, now))) {
    throw new Failure('changed-here', path);
  }
  if ((await editor.moveToTrash(absolute)) === 'trashed') return { kind: 'trashed' };
  return { kind: 'kept', path: await setAside(root, path, local) };
}

async function setAside(root: string, path: FilePath, local: LocalFile): Promise<FilePath> {
  const kept = await keepBeside(root, path, path, new Date());
  const absolute = toAbsolutePath(root, kept);
  // Between the look and now another one may have come.
  const { size, mtimeNs, ino } = await lstat(absolute, { bigint: true });
  if (Number(size) === local.size && mtimeNs === local.modifiedAt && ino === local.inode) {
    return kept;
  }
  await moveIfFree(absolute, toAbsolutePath(root, path));
  throw new Failure('changed-here', path);
}

async function lookIfThere(absolute: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(absolute, { bigint: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
