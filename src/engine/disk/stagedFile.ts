import { randomBytes } from 'node:crypto';
import type { FilePath } from '../../protocol/folders';
import { childPath, fileName, parentPath } from './filePath';

/**
 * A file that the engine makes or renames for as long as one step lasts. It lies beside the file
 * that the step is about. `temporary`: what `path` is going to hold. `complete`: the same, whole, while
 * the user's file at `path` makes way for it. `displaced`: the user's own file, whose name is `path`.
 */
export interface StagedFile {
  readonly kind: 'temporary' | 'complete' | 'displaced';
  /** The workspace folder, absolute, as the system spells it. */
  readonly root: string;
  readonly path: FilePath;
  /** Where it lies while the step lasts. */
  readonly stagedPath: FilePath;
}

/** Returns a new staged file beside `path`. Note it in the journal before you make it. */
export function newStagedFile(
  kind: Exclude<StagedFile['kind'], 'complete'>,
  root: string,
  path: FilePath,
): StagedFile {
  const stagedPath = childPath(parentPath(path), stagedFileName(fileName(path)));
  return { kind, root, path, stagedPath };
}

/**
 * Whether a path is a staged file's or lies below one. By this rule alone such files are never
 * scanned, watched, taken from a listing or backed up.
 */
export function isStagedFile(path: string): boolean {
  return path.includes(mark) && stagedName.test(path);
}

/** Returns a name for a staged file: hidden, recognisable, and not taken. */
export function stagedFileName(name: string): string {
  const end = mark + randomBytes(8).toString('hex');
  return `.${shortenName(name, end.length + 1)}${end}`;
}

const mark = '.s3backup-';
const stagedName = /(?:^|\/)\.[^/]*\.s3backup-[0-9a-f]{16}(?:\/|$)/;

/** Cuts a file's name so that `extraBytes` can be added to it on every disk. */
export function shortenName(name: string, extraBytes: number): string {
  let shortened = '';
  let bytes = extraBytes;
  // By whole characters: half a character would be another name.
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxNameBytes) break;
    shortened += character;
  }
  return shortened;
}

/** In UTF-8 (`NAME_MAX` of Linux); disks that count UTF-16 hold at least as much. */
const maxNameBytes = 255;
