/** Plans of back-ups: what would be sent, decided before it is. */

import type { FailureCode } from './failures';
import type { FilePath, FolderSetup, RawSettings } from './folders';
import { notificationType, requestType } from './messages';
import type { Report } from './reports';
import type { NodeId, Side } from './rows';
import type { Group, IgnoreReason, Verdict } from './verdicts';

/** Which files of a folder to back up. */
export type Scope =
  /** Everything that is out of date or missing, by the comparison at hand. */
  | { readonly kind: 'all' }
  /** Rows of the comparison at hand. */
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeId[] }
  /** What was ticked in a list of the differences. */
  | { readonly kind: 'picks'; readonly picks: readonly Pick<Difference, 'kind' | 'path'>[] }
  /** What batches that were cut off have left, by the comparison at hand. */
  | { readonly kind: 'unfinished' }
  /** Conflicts that were shown, and that the user wants to end by what is here. */
  | { readonly kind: 'mine'; readonly files: readonly Pick<Conflict, 'path' | 'etag'>[] }
  /** The files that failed in an earlier batch, judged anew. */
  | { readonly kind: 'failed'; readonly planId: number }
  /** Files and folders on disk, absolute; compared anew, with or without a comparison at hand. */
  | { readonly kind: 'resources'; readonly paths: readonly string[] }
  /** One file on disk, absolute, though a rule ignores it: this once. */
  | { readonly kind: 'ignored'; readonly path: string };

export interface PlanRequest {
  readonly folders: readonly { readonly setup: FolderSetup; readonly scope: Scope }[];
}

/** What was chosen in a tree or in the Explorer. */
export type Chosen = Extract<Scope, { readonly kind: 'nodes' | 'resources' }>;

export interface ChosenRequest {
  readonly folders: readonly { readonly setup: FolderSetup; readonly scope: Chosen }[];
}

/** A file that was changed in the cloud, or in both places, since it was backed up. */
export interface Conflict {
  readonly path: FilePath;
  readonly verdict: Extract<Verdict, { readonly kind: 'changed-in-cloud' }>;
  readonly local: Side;
  readonly cloud: Side;
  /** Of the copy that `cloud` describes: what replaces that copy replaces no other. */
  readonly etag: string;
}

export interface FolderConflicts {
  readonly folder: string;
  readonly conflicts: readonly Conflict[];
  /** Whether the bucket keeps what is overwritten. */
  readonly keepsVersions: boolean;
}

/** A row of what can be chosen for a back-up: a file, or files that stand for themselves. */
export interface Difference {
  /** `folder` is all below it, `loose-files` those that lie in it and in none of its folders. */
  readonly kind: 'file' | 'folder' | 'loose-files';
  readonly path: FilePath;
  /** Of a file. */
  readonly group?: Group;
  readonly files: number;
  readonly bytes: number;
}

/** What to know of a plan before all that it names is sent for the first time. */
export interface PlanPreview {
  /** Those that have files in it. */
  readonly folders: readonly string[];
  /** How many it takes at the most, as long as nothing goes wrong and has to be done twice. */
  readonly requests: number;
  readonly largest: readonly {
    readonly folder: string;
    readonly path: FilePath;
    readonly bytes: number;
  }[];
  readonly bulky: readonly BulkyFolder[];
}

/** A folder that looks as if what is in it could be made or fetched again. */
export interface BulkyFolder {
  readonly folder: string;
  readonly path: FilePath;
  readonly kind: 'build-output' | 'dependencies';
  readonly files: number;
  readonly bytes: number;
}

/** What a confirmed plan would do, and nothing else. */
export interface PlanSummary {
  readonly planId: number;
  readonly files: number;
  readonly bytes: number;
  readonly preview: PlanPreview;
  /**
   * Cloud copies that would be replaced though this computer has no record of having written them,
   * or has freed the files that they are the originals of.
   */
  readonly unknownOrigin: {
    readonly files: number;
    /** How many of them are what is left of another file that had the name. */
    readonly originals: number;
    readonly examples: readonly FilePath[];
    /** Whether every bucket concerned keeps what is overwritten. */
    readonly keepsVersions: boolean;
  };
  /** All cloud copies that would be replaced, if they are many, and whether they can be got back. */
  readonly manyReplaced: { readonly files: number; readonly keepsVersions: boolean } | undefined;
  /** How many files are empty here and would replace a cloud copy that is not. */
  readonly wouldEmpty: number;
  /** How many files look like secrets that were never sent to this place; none goes unasked. */
  readonly unaskedSecrets: number;
  /** Files asked for that need no upload, or are not uploaded without a decision of their own. */
  readonly excluded: Readonly<Partial<Record<Group, number>>>;
  /** The one ignored file asked for, if it was alone. */
  readonly ignored: { readonly path: FilePath; readonly because: IgnoreReason } | undefined;
}

/** A file that a plan would upload. */
export interface PlannedFile {
  readonly folder: string;
  readonly path: FilePath;
  readonly absolute: string;
}

/** Files of each folder, absolute, that may be up to date. */
export interface UpToDateRequest {
  readonly folders: readonly { readonly setup: FolderSetup; readonly scope: UpToDateScope }[];
}

/** Files are judged as a back-up of them judges: by the comparison at hand, or compared anew. */
export interface UpToDateScope {
  readonly kind: 'known' | 'resources';
  readonly paths: readonly string[];
}

/** Some of a plan's files. */
export interface PlannedFiles {
  readonly planId: number;
  readonly files: readonly PlannedFile[];
}

/** A plan that has become smaller; what else was asked for has not changed. */
export type RemainingPlan = Omit<PlanSummary, 'excluded' | 'ignored'>;

/** Files that a plan is to skip after all, by the user's word. */
export interface LeftOut {
  readonly planId: number;
  readonly because: Extract<FailureCode, 'unsaved' | 'empty-here'>;
  readonly files: readonly PlannedFile[];
}

/** Forgets the lost files among what was chosen, and says how many they were. */
export const forgetLost = requestType<ChosenRequest, number>('forgetLost');

/** The conflicts among what was chosen, each with its cloud copy as it is now where that was not seen. */
export const conflicts = requestType<ChosenRequest, readonly FolderConflicts[]>('conflicts');

export const planBackUp = requestType<PlanRequest, PlanSummary>('planBackUp');

/** Which of these files a back-up would find up to date. */
export const upToDateAmong = requestType<UpToDateRequest, readonly PlannedFile[]>('upToDateAmong');

/** Which of these files, absolute, a plan would upload. */
export const plannedAmong = requestType<
  { readonly planId: number; readonly paths: readonly string[] },
  readonly PlannedFile[]
>('plannedAmong');

/** Which files of a plan are empty by now, and would replace a cloud copy that is not. */
export const filesThatWouldEmpty = requestType<number, readonly PlannedFile[]>('emptyingFiles');

/** Which files of a plan look like secrets that were never sent to this place. */
export const unaskedSecrets = requestType<number, readonly PlannedFile[]>('unaskedSecrets');

/** Lets a plan send files that look like secrets: the user has said so. */
export const allowSecrets = requestType<PlannedFiles, null>('allowSecrets');

/** Takes files out of a plan that the user has had ignored, and says what is left of it. */
export const takeOut = requestType<PlannedFiles, RemainingPlan>('takeOut');

/**
 * Takes out of a plan what a user must be asked about: secrets that were never sent, copies of
 * unknown origin, and copies that would be emptied.
 */
export const takeOutQuestions = requestType<number, RemainingPlan>('takeOutQuestions');

/** Lets a plan do less than was shown; each file left out is in the report, with the reason. */
export const leaveOut = requestType<LeftOut, null>('leaveOut');

export const runPlan = requestType<number, Report>('runPlan');

export const differences = requestType<FolderSetup, readonly Difference[]>('differences');

/** Forgets what earlier batches have left of these folders. */
export const dropUnfinished = requestType<readonly FolderSetup[], null>('dropUnfinished');

/** A plan that was shown and not confirmed. */
export const dropPlan = notificationType<number>('dropPlan');

/** Let no byte of any batch move until `resume`. */
export const pause = notificationType<null>('pause');

export const resume = notificationType<null>('resume');

/** The settings that bound the traffic have changed; they hold for batches under way, too. */
export const trafficChanged = notificationType<RawSettings>('trafficChanged');
