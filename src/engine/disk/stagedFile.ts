import { randomBytes } from 'node:crypto';
import type { FilePath } from '../../protocol/folders';
import { shortenName } from './shortenName';

/**
 * A file that the engine made or renamed for as long as a step of its work lasts, beside the file
 * that the step is about. `temporary`: what `path` is to hold one day. `aside`: the user's own file,
 * which is `path` otherwise.
 */
export interface StagedFile {
  readonly kind: 'temporary' | 'aside';
  /** The workspace folder, absolute, as the system spells it. */
  readonly root: string;
  readonly path: FilePath;
  readonly ownPath: FilePath;
}

/**
 * Whether a path is, or lies below, one of our own files. The one rule by which such files are never
 * scanned, watched, taken from a listing or backed up.
 */
export function isStagedFile(path: string): boolean {
  return path.includes(mark) && ownName.test(path);
}

/** A name for a file of our own: hidden, recognisable, and never there already. */
export function stagedFileName(name: string): string {
  const end = mark + randomBytes(8).toString('hex');
  return `.${shortenName(name, end.length + 1)}${end}`;
}

const mark = '.s3backup-';
const ownName = /(?:^|\/)\.[^/]*\.s3backup-[0-9a-f]{16}(?:\/|$)/;
