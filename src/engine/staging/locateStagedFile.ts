import { lstatSync, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import { childPath, fileName, toAbsolutePath } from '../disk/filePath';
import type { StagedFile } from '../disk/stagedFile';

/** Where a file of our own is by now; `now` is `undefined` where it is nowhere below its root. */
export interface Located {
  readonly noted: StagedFile;
  readonly now: StagedFile | undefined;
}

/**
 * Files of our own where they are now, each as soon as that is known: whoever renames a folder takes
 * what lies in it along. `path` is then the name that it is to have there. Those that are where they
 * were noted come first; for all others of a root there is one walk, in which no folder is read
 * twice, and which ends with the last of them. Once cancelled, it tells of no more.
 */
export async function* locateOwnFiles(
  own: readonly StagedFile[],
  signal: AbortSignal,
): AsyncGenerator<Located> {
  const movedByRoot = new Map<string, Map<string, StagedFile>>();
  for (const noted of own) {
    if (signal.aborted) return;
    if (isThere(noted)) {
      yield { noted, now: noted };
      continue;
    }
    const moved = movedByRoot.get(noted.root) ?? new Map<string, StagedFile>();
    moved.set(fileName(noted.stagedPath), noted);
    movedByRoot.set(noted.root, moved);
  }
  for (const [root, wanted] of movedByRoot) yield* walk(root, wanted, signal);
}

/** The same for a single one. */
export async function locateStagedFile(
  own: StagedFile,
  signal: AbortSignal,
): Promise<StagedFile | undefined> {
  for await (const { now } of locateOwnFiles([own], signal)) return now;
  return undefined;
}

function isThere({ root, stagedPath }: StagedFile): boolean {
  return lstatSync(toAbsolutePath(root, stagedPath), { throwIfNoEntry: false }) !== undefined;
}

/** Looks for names, which no two files have, until all are found or nothing is left to read. */
async function* walk(
  root: string,
  wanted: Map<string, StagedFile>,
  signal: AbortSignal,
): AsyncGenerator<Located> {
  const folders = ['' as FilePath];
  const late: FilePath[] = [];
  const take = () => folders.splice(-foldersAtOnce);
  for (let next = take(); next.length > 0; next = take()) {
    const read = await Promise.all(
      next.map(async folder => [folder, await entriesIn(toAbsolutePath(root, folder))] as const),
    );
    for (const [folder, entries] of read) {
      for (const entry of entries) {
        const noted = wanted.get(entry.name);
        if (noted !== undefined) {
          wanted.delete(entry.name);
          yield { noted, now: movedTo(folder, noted) };
        } else if (entry.isDirectory()) {
          const isLate = searchedLast.has(entry.name);
          (isLate ? late : folders).push(childPath(folder, entry.name));
        }
      }
    }
    if (signal.aborted) return;
    if (wanted.size === 0) return;
    if (folders.length === 0) folders.push(...late.splice(0));
  }
  for (const noted of wanted.values()) yield { noted, now: undefined };
}

/** So many that the disk is kept busy, and so few that their names hold the thread a moment only. */
const foldersAtOnce = 8;

/** They have the most folders, and are the last that anybody renames or works in by hand. */
const searchedLast = new Set(['node_modules', '.git']);

function movedTo(folder: FilePath, { path, stagedPath, ...rest }: StagedFile): StagedFile {
  return {
    ...rest,
    path: childPath(folder, fileName(path)),
    stagedPath: childPath(folder, fileName(stagedPath)),
  };
}

/** What cannot be read is not searched. */
async function entriesIn(absolute: string): Promise<readonly Dirent[]> {
  return readdir(absolute, { withFileTypes: true }).catch(() => []);
}
