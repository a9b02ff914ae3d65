import { closeSync, constants, lstatSync, openSync, readlinkSync, type BigIntStats } from 'node:fs';
import type { FilePath } from '../../protocol/folders';
import { Failure } from '../failures/failure';
import { toAbsolutePath, toFilePath } from './filePath';
import { foldersAbove } from './foldersAbove';

/**
 * Throws unless the open file is the one at this path below the root: a folder on the way may have
 * become a link since it was looked at, and opening refuses a link as the last name only.
 */
export function assertInsideRoot(
  fd: number,
  stat: BigIntStats,
  root: string,
  path: FilePath,
): void {
  const place = placeOf(fd);
  const home = place === undefined ? undefined : placeOfFolder(root);
  if (place !== undefined && home !== undefined) {
    const found = toFilePath(home, place);
    if (found === path) return;
    if (found === undefined) throw outside(path);
  }
  // Where the system does not say it, or says it in another spelling: name by name.
  for (const folder of foldersAbove(path)) {
    if (!lstatSync(toAbsolutePath(root, folder)).isDirectory()) throw outside(path);
  }
  const there = lstatSync(toAbsolutePath(root, path), { bigint: true });
  // Another file has taken the name since.
  if (there.ino !== stat.ino || there.dev !== stat.dev) throw new Failure('file-changing', path);
}

/** Where an open file is, links and all resolved; known on Linux only. */
function placeOf(fd: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${String(fd)}`);
  } catch {
    return undefined;
  }
}

function placeOfFolder(root: string): string | undefined {
  const fd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return placeOf(fd);
  } finally {
    closeSync(fd);
  }
}

function outside(path: FilePath): Failure {
  return new Failure('not-a-file', path, 'a folder above it is a link');
}
