/** Workspace folders and where they are backed up. */

import { requestType } from './messages';

/**
 * A file's one identity inside a workspace folder: relative to it, `/` between the names, spelled
 * exactly as on disk. The empty path is the folder itself. Made by `engine/filePath.ts` only.
 */
export type FilePath = string & { readonly brand: 'FilePath' };

/** The workspace folder itself; in a tree, the group. */
export const rootPath = '' as FilePath;

/** The `s3Backup.*` settings as the editor has them: unchecked, by their name without the prefix. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** A workspace folder together with where it is backed up. */
export interface FolderSetup {
  /** The folder's URI: its identity within this window. */
  readonly id: string;
  /** Random, made when the folder got its first target: its identity in the receipts. */
  readonly folderId: string;
  readonly name: string;
  /** Absolute, as the system spells it. */
  readonly root: string;
  /** Folders of the workspace below this one that are backed up by themselves; absolute. */
  readonly innerRoots?: readonly string[];
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  /** Folders above and below this one that are backed up above and below it in the same bucket. */
  readonly kin?: readonly FolderKin[];
  readonly settings: RawSettings;
  /** Where nobody has asked for the work just then: no question about credentials opens for it. */
  readonly isUnasked?: true;
}

export interface FolderKin {
  readonly folderId: string;
  readonly prefix: string;
}

/**
 * Forget what is remembered of a folder: its receipts, readings and unfinished batches. Answered by
 * the number of open conflicts, of which the receipts stay.
 */
export const forgetRecords = requestType<FolderSetup, number>('forgetRecords');
