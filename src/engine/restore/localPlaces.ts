import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import { fromDiskError } from '../failures/diskErrors';
import { Failure } from '../failures/failure';
import { fileName, parentPath, toAbsolutePath, foldersAbove } from '../disk/filePath';
import { toLocalFile, type LocalFile } from '../disk/localFile';
import type { NameRules } from './diskNames';

/** What is at the path of a file that is to be restored. */
export type Place =
  | { readonly kind: 'free' }
  | { readonly kind: 'file'; readonly local: LocalFile }
  /** A folder, a link, a device, or a file under another spelling; there or above. */
  | { readonly kind: 'taken'; readonly by: FilePath }
  | { readonly kind: 'unreadable'; readonly failure: Failure };

/** Looks up paths below a folder, one after the other, and each folder above them only once. */
export function localPlaces(root: string, { foldsNames }: NameRules): (path: FilePath) => Place {
  const above = new Map<FilePath, Place | 'folder'>();
  const names = new Map<FilePath, ReadonlySet<string>>();

  function placeOf(path: FilePath): Place | 'folder' {
    try {
      const stat = lstatSync(toAbsolutePath(root, path), { bigint: true, throwIfNoEntry: false });
      if (stat === undefined) return { kind: 'free' };
      if (foldsNames && !isSpelledSo(path)) return { kind: 'taken', by: path };
      return stat.isDirectory() ? 'folder' : leafOf(path, stat);
    } catch (error) {
      return { kind: 'unreadable', failure: fromDiskError(error, path) };
    }
  }

  /** A disk that folds names finds a file by any spelling; only a list of names has its own. */
  function isSpelledSo(path: FilePath): boolean {
    const folder = parentPath(path);
    let known = names.get(folder);
    if (known === undefined) {
      known = new Set(readdirSync(toAbsolutePath(root, folder)));
      names.set(folder, known);
    }
    return known.has(fileName(path));
  }

  return path => {
    for (const folder of foldersAbove(path)) {
      const known = above.get(folder) ?? placeOf(folder);
      above.set(folder, known);
      if (known === 'folder') continue;
      return known.kind === 'file' ? { kind: 'taken', by: folder } : known;
    }
    const place = placeOf(path);
    return place === 'folder' ? { kind: 'taken', by: path } : place;
  };
}

function leafOf(path: FilePath, stat: BigIntStats): Place {
  return stat.isFile()
    ? { kind: 'file', local: toLocalFile(path, stat) }
    : { kind: 'taken', by: path };
}

/** Returns why nothing can be written to a path; `undefined` where something can. */
export function refusalOf(path: FilePath, place: Place | undefined): Failure | undefined {
  if (place?.kind === 'taken') return new Failure('in-the-way', path, place.by);
  return place?.kind === 'unreadable' ? place.failure : undefined;
}
