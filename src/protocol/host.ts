/** The worker, and what it asks of its host. */

import type { FailureRecord } from './failures';
import { notificationType, requestType } from './messages';

/** Where there is no trash, the file is still where it was. */
export type TrashOutcome = 'trashed' | 'no-trash';

/** What the worker is started with. */
export interface WorkerData {
  /** The database of all records: receipts, readings, unfinished work; absolute. */
  readonly recordsFile: string;
  /** The folder of the staging journals; absolute. */
  readonly journalsFolder: string;
  /** The folder of the locks by which engines see each other; absolute. */
  readonly locksFolder: string;
}

/** What the worker's runtime can do. */
export interface HostReport {
  readonly node: string;
  /** Why receipts will be forgotten with this window; `undefined` where they are kept. */
  readonly receiptsError: string | undefined;
}

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
}

export const hostReport = requestType<null, HostReport>('hostReport');

/**
 * The files, absolute, with changes that are not on the disk yet: all of them, told first of all and
 * whenever there are others, so that the engine needs to ask for none of ten thousand.
 */
export const unsavedChanged = notificationType<readonly string[]>('unsavedChanged');

/** Moves a file, absolute, to the trash of this computer, where there is one. */
export const moveToTrash = requestType<string, TrashOutcome>('moveToTrash');

/** Whether VS Code's main thread, which knows the proxies of the system, gets an answer from a URL. */
export const reachesByEditor = requestType<string, boolean>('reachesByEditor');

/** What a store turns out not to do that its users should know. */
export interface StoreWeakness {
  readonly endpoint: string;
  readonly bucket: string;
  /** In words for the log. */
  readonly what: string;
}

/** A store does not keep writers on two computers apart: it does not honour conditions of writes. */
export const conditionsNotHonoured = notificationType<StoreWeakness>('conditionsNotHonoured');

/** Something failed that nobody has asked for, and that the user should know of. */
export const warned = notificationType<FailureRecord>('warned');

export const logged = notificationType<LogEntry>('logged');
