import type { FilePath } from '../../protocol/folders';
import { foldersAbove } from '../disk/filePath';
import type { NameRules } from './unsafeName';

/**
 * Which of these paths cannot be on one disk together with the others, and what is in their way: a
 * folder of the same name (`foo` beside `foo/bar`), or a name that is the same one here. The others
 * can all be restored. What is met first keeps its name, so sorted paths give the same every time.
 */
export function findCollisions(
  paths: readonly FilePath[],
  { foldsNames }: NameRules,
): ReadonlyMap<FilePath, FilePath> {
  const fold = foldsNames ? foldName : (name: string) => name;
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

/** Nearly as the disks of Windows and macOS do it; rather too much is one name than too little. */
function foldName(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
