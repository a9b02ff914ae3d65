/** Comparisons of folders with the cloud. */

import type { FailureRecord } from './failures';
import type { FolderSetup, RawSettings } from './folders';
import { notificationType, requestType } from './messages';
import type { Group } from './verdicts';

export interface GroupTotals {
  readonly files: number;
  readonly bytes: number;
}

/** How far the proofs by content are that go on in the background. */
export interface ProvingProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
}

/** One comparison in numbers. The files of all groups add up to `found`, always. */
export interface ComparisonTotals {
  readonly folder: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly comparedAt: number;
  readonly found: number;
  readonly groups: Readonly<Record<Group, GroupTotals>>;
  /** How many of the up-to-date files are proved. */
  readonly proved: number;
  readonly provedBytes: number;
  /** How many of them were up to date once, and could not be compared again. */
  readonly unconfirmed: number;
  readonly unconfirmedBytes: number;
  /** While files are proved in the background, and not just for a moment. */
  readonly proving?: ProvingProgress | undefined;
  /** Why the listing is not whole, where it is not. */
  readonly incomplete: FailureRecord | undefined;
  /** How many files of each group the filter lets through; `undefined` where there is no filter. */
  readonly shown: Readonly<Record<Group, number>> | undefined;
  /**
   * How many rows each group shows; more or fewer than its files for a moment, while the rows of
   * files that have just finished stand in the groups in which they were.
   */
  readonly rows: Readonly<Record<Group, number>>;
}

export const compare = requestType<readonly FolderSetup[], null>('compare');

/** Files or folders that were created, changed or deleted; absolute. */
export const filesChanged = notificationType<{
  readonly folder: string;
  readonly paths: readonly string[];
}>('filesChanged');

/** Look again at everything on disk, when it is time: changes may have gone unnoticed. */
export const recheck = notificationType<null>('recheck');

/** Whether somebody is there to see what is found: the window has the focus, or the view is shown. */
export type Attention = 'there' | 'away';

/** What nobody waits for is done while somebody is there. Until it is told, somebody is. */
export const attend = notificationType<Attention>('attend');

/** Prove no more in the background, until somebody verifies, in the folders where that goes on. */
export const stopProving = notificationType<null>('stopProving');

/** The settings of a folder have changed by which it is compared: a comparison at hand is void. */
export const settingsChanged = notificationType<{
  readonly folder: string;
  readonly settings: RawSettings;
}>('settingsChanged');

/** Forget a folder's comparison: it was closed, or is backed up elsewhere now. */
export const forgetFolder = notificationType<string>('forgetFolder');
