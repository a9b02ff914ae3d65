import { lstatSync, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { FilePath } from '../../protocol/folders';
import { childPath, fileName, toAbsolutePath } from '../disk/filePath';
import type { StagedFile } from '../disk/stagedFile';

/** Where a staged file is now. */
export interface Located {
  readonly noted: StagedFile;
  /** `undefined` if it is nowhere below its root. */
  readonly now: StagedFile | undefined;
}

/**
 * Yields where each staged file is now, as soon as that is known: renaming a folder moves the staged
 * files in it, and `path` is then the file's final path in the renamed folder. Files that have not
 * moved come first. One walk per root finds all others; it reads no folder twice and ends with the
 * last of them. Yields no more once it is cancelled.
 */
export async function* locateStagedFiles(
  files: readonly StagedFile[],
  signal: AbortSignal,
): AsyncGenerator<Located> {
  const movedByRoot = new Map<string, Map<string, StagedFile>>();
  for (const noted of files) {
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

function isThere({ root, stagedPath }: StagedFile): boolean {
  return lstatSync(toAbsolutePath(root, stagedPath), { throwIfNoEntry: false }) !== undefined;
}

/** Searches for names, which are unique, until all are found or no folder is left to read. */
async function* walk(
  root: string,
  wanted: Map<string, StagedFile>,
  signal: AbortSignal,
): AsyncGenerator<Located> {
  const folders = ['' as FilePath];
  const late: FilePath[] = [];
  const nextFolders = () => folders.splice(-foldersAtOnce);
  for (let next = nextFolders(); next.length > 0; next = nextFolders()) {
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

/** Enough to keep the disk busy, and few enough that their names block the thread only briefly. */
const foldersAtOnce = 8;

/** These hold the most folders, and hardly anyone renames or edits anything in them by hand. */
const searchedLast = new Set(['node_modules', '.git']);

function movedTo(folder: FilePath, { path, stagedPath, ...rest }: StagedFile): StagedFile {
  return {
    ...rest,
    path: childPath(folder, fileName(path)),
    stagedPath: childPath(folder, fileName(stagedPath)),
  };
}

/** Returns nothing for a folder that cannot be read: it is not searched. */
async function entriesIn(absolute: string): Promise<readonly Dirent[]> {
  return readdir(absolute, { withFileTypes: true }).catch(() => []);
}
