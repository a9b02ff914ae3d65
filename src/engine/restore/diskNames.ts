import { lstatSync, opendirSync } from 'node:fs';
import { basename, dirname, join, posix, win32 } from 'node:path';
import type { FilePath } from '../../protocol/folders';
import type { KeyFault } from '../../protocol/verdicts';
import { readKey } from '../disk/objectKey';
import { foldersAbove } from '../disk/filePath';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { found, type Found } from '../failures/found';

/** Which names a disk allows, as data, so that every system's rules can be tested on any. */
export interface NameRules {
  readonly platform: NodeJS.Platform;
  /** Whether names that differ in case, or in their Unicode form, are one name. */
  readonly foldsNames: boolean;
}

/**
 * Returns the rules of the disk that holds a folder, as far as can be told without writing. Throws a
 * disk's failure where the folder is gone or cannot be listed.
 */
export function nameRulesOf(root: string): NameRules {
  try {
    return { platform: process.platform, foldsNames: foldsNames(root) };
  } catch (error) {
    throw fromDiskError(error, root);
  }
}

/**
 * Returns why no file here can have this path, or `undefined` where one can. A copy in the cloud was
 * not always stored by this program, nor from a computer like this one.
 */
export function unsafeName(path: FilePath, { platform }: NameRules): Failure | undefined {
  const reading = readKey('', path, platform === 'win32' ? win32 : posix);
  if (reading.kind === 'not-a-path') return unsafeKey(path, reading.because);
  for (const name of path.split('/')) {
    const fault = platform === 'win32' ? windowsFault(name) : undefined;
    if (fault !== undefined) return new Failure('unsafe-name', path, fault);
  }
  return undefined;
}

/** Returns the refusal of a key that a comparison has ignored: for its name, or for its entry. */
export function unsafeKey(path: FilePath, fault: KeyFault): Failure {
  const isOddEntry = fault === 'not-decodable' || fault === 'incomplete';
  return new Failure(isOddEntry ? 'odd-entry' : 'unsafe-name', path, keyFaults[fault]());
}

const keyFaults: Readonly<Record<KeyFault, () => Found>> = {
  'folder-marker': () => found`it stands for a folder`,
  'empty-segment': () => found`a folder in it has no name`,
  'dot-segment': () => found`it leads to another folder`,
  nul: () => found`it contains a NUL character`,
  backslash: () => found`it contains a backslash`,
  'outside-prefix': () => found`it lies elsewhere in the bucket`,
  'staged-file': () => found`files of that name are S3 Backup’s own`,
  'not-decodable': () => found`the store’s list has it in a form that cannot be read`,
  incomplete: () => found`the store’s list does not say enough of it`,
};

/**
 * By "Naming Files, Paths, and Namespaces",
 * https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
function windowsFault(name: string): Found | undefined {
  if (reserved.test(name)) return found`Windows reserves the name “${name}”`;
  if (/[. ]$/.test(name)) return found`Windows would drop the dot or space at the end of “${name}”`;
  const character = forbidden.exec(name)?.[0];
  if (character === undefined) return undefined;
  return found`Windows does not allow ${JSON.stringify(character)} in names`;
}

/** Devices, whatever comes after the first dot; superscript digits count as digits. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

// A colon would name a stream inside another file, a backslash a folder.
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u001f<>:"|?*\\]/;

/** Tries a name that is there in the other case. */
function foldsNames(root: string): boolean {
  for (const path of [...someNamesIn(root).map(name => join(root, name)), root]) {
    const other = join(dirname(path), inOtherCase(basename(path)));
    if (other === path) continue;
    const [one, two] = [path, other].map(each =>
      lstatSync(each, { bigint: true, throwIfNoEntry: false }),
    );
    if (one === undefined) continue;
    return one.ino === two?.ino && one.dev === two.dev;
  }
  return process.platform === 'win32' || process.platform === 'darwin';
}

const maxNamesTried = 50;

/** A folder may hold a million. */
function someNamesIn(folder: string): readonly string[] {
  const directory = opendirSync(folder);
  try {
    const names: string[] = [];
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      names.push(entry.name);
      if (names.length === maxNamesTried) break;
    }
    return names;
  } finally {
    directory.closeSync();
  }
}

function inOtherCase(name: string): string {
  const upper = name.toUpperCase();
  return upper === name ? name.toLowerCase() : upper;
}

/**
 * Finds which of these paths cannot be on one disk together with the others, and what is in their
 * way: a folder of the same name (`foo` beside `foo/bar`), or a name that is the same one here. The
 * others can all be restored. The first keeps its name, so sorted paths give the same every time.
 */
export function findCollisions(
  paths: readonly FilePath[],
  { foldsNames: isFolding }: NameRules,
): ReadonlyMap<FilePath, FilePath> {
  const fold = isFolding ? foldName : (name: string) => name;
  const collisions = new Map<FilePath, FilePath>();
  const folders = new Map<string, FilePath>();
  for (const path of paths) {
    for (const folder of foldersAbove(path)) {
      const known = folders.get(fold(folder));
      if (known === undefined) folders.set(fold(folder), folder);
      else if (known !== folder) {
        collisions.set(path, known);
        break;
      }
    }
  }
  const files = new Map<string, FilePath>();
  for (const path of paths) {
    if (collisions.has(path)) continue;
    const known = folders.get(fold(path)) ?? files.get(fold(path));
    if (known === undefined) files.set(fold(path), path);
    else collisions.set(path, known);
  }
  return collisions;
}

/**
 * Folds nearly as the disks of Windows and macOS do; folding too much refuses a file, folding too
 * little would lose one.
 */
function foldName(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
