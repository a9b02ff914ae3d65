import { lstat, rename } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import type { ReplacedFile } from '../../protocol/reports';
import { Failure } from '../failures/failure';
import { toAbsolutePath } from '../disk/filePath';
import { renameToConflictName } from '../disk/rename';
import { isSameState, toLocalFile, type LocalFile } from '../disk/localFile';
import { newStagedFile } from '../disk/stagedFile';
import type { StagingJournal } from '../staging/stagingJournal';
import { restoreDisplaced } from '../staging/restoreDisplaced';
import type { WriteDeps } from './writeAtomically';
import type { RestoreStep } from './restorePlan';
import { hasCode } from '../failures/systemCode';

/**
 * Takes the local file out of the way that the plan replaces: into the trash, or else under a name
 * beside it. Throws `changed-here` where anything is not as the plan saw it; then all stays.
 */
export async function displaceExisting(
  { route: { root }, path, local, choice }: RestoreStep,
  { editor, journal }: Pick<WriteDeps, 'editor' | 'journal'>,
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
  return { kind: 'kept', path: await setAside(root, path, local, journal) };
}

/**
 * In one step: were the file given its new name first and its old one taken away then, somebody who
 * saves by replacing it could lose what has just been saved.
 */
async function setAside(
  root: string,
  path: FilePath,
  local: LocalFile,
  journal: StagingJournal,
): Promise<FilePath> {
  const own = newStagedFile('displaced', root, path);
  const aside = toAbsolutePath(root, own.stagedPath);
  journal.begin(own);
  try {
    await rename(toAbsolutePath(root, path), aside);
    // Between the look and now another one may have come.
    const { size, mtimeNs, ino } = await lstat(aside, { bigint: true });
    if (Number(size) !== local.size || mtimeNs !== local.mtimeNs || ino !== local.inode) {
      throw new Failure('changed-here', path);
    }
    const kept = await renameToConflictName(own, { at: new Date(), word: 'kept' }, journal);
    journal.end(own);
    return kept;
  } catch (error) {
    if ((await lookIfThere(aside)) === undefined) journal.end(own);
    else await restoreDisplaced(own, journal);
    throw error;
  }
}

async function lookIfThere(absolute: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(absolute, { bigint: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
