/**
 * What the editor and the engine say to each other: plain data, and the names of the messages. The
 * only file that both sides import. It imports nothing itself: VS Code's start waits for it.
 */

/**
 * A file's one identity inside a workspace folder: relative to it, `/` between the names, spelled
 * exactly as on disk. The empty path is the folder itself. Made by `engine/filePath.ts` only.
 */
export type FilePath = string & { readonly brand: 'FilePath' };

/** The workspace folder itself; in a tree, the group. */
export const rootPath = '' as FilePath;

/* ---- Failures ------------------------------------------------------------------------------ */

/** Every way to fail, told apart by what the user can do next. */
export type FailureCode =
  /* settings and target */
  | 'invalid-setting'
  | 'no-target'
  | 'no-folder'
  | 'not-in-workspace'
  | 'not-on-disk'
  | 'prefix-in-use'
  /* credentials */
  | 'no-credentials'
  | 'profile-not-found'
  | 'credentials-unreadable'
  | 'credentials-malformed'
  | 'credentials-incomplete'
  /* a profile that exists gave none */
  | 'profile-failed'
  | 'sign-in-needed'
  | 'credentials-refused'
  | 'credentials-expired'
  /* the way to the store */
  | 'unreachable'
  | 'host-not-found'
  | 'certificate'
  | 'clock-skew'
  | 'timed-out'
  | 'store-busy'
  | 'store-error'
  | 'not-s3'
  /* what the store says */
  | 'access-denied'
  /* the credentials may write, and not see what they would replace */
  | 'read-denied'
  | 'no-such-bucket'
  | 'no-such-key'
  | 'no-such-upload'
  | 'bucket-name-taken'
  | 'bucket-already-yours'
  | 'invalid-bucket-name'
  | 'changed-in-cloud'
  /* a version that nobody here had seen lies below the one that was stored */
  | 'replaced-unseen'
  | 'archived'
  | 'too-large-to-open'
  | 'not-verified'
  | 'too-large-for-store'
  | 'name-refused'
  /* the store answers others meanwhile */
  | 'file-refused'
  | 'not-implemented'
  | 'parts-refused'
  | 'archive-requested'
  /* the list has an entry that may be of this file, and says too little */
  | 'odd-entry'
  /* the store said yes, and what it tells then is another thing */
  | 'not-kept'
  | 'not-as-stored'
  /* the disk */
  | 'file-vanished'
  | 'not-readable'
  | 'not-a-file'
  | 'file-changing'
  | 'unsaved'
  /* the file is empty, its cloud copy is not */
  | 'empty-here'
  | 'ignore-file-unreadable'
  | 'name-not-unicode'
  | 'key-too-long'
  | 'unsafe-name'
  | 'in-the-way'
  | 'changed-here'
  | 'disk-full'
  | 'disk-error'
  /* freeing space: why a file stays */
  | 'not-proved'
  | 'differs-here'
  | 'copy-differs'
  /* what the store gives back are other bytes */
  | 'copy-damaged'
  /* the store tells of the copy, but does not give its bytes */
  | 'copy-unreadable'
  /* the store has the copy, but its lists do not show it */
  | 'not-listed'
  | 'copy-expires'
  | 'attributes-differ'
  | 'proof-expired'
  /* it was written to as it went, and there was no room to put it back: the cause says where it is */
  | 'only-open'
  | 'hard-link'
  | 'not-trashed'
  | 'not-removable'
  /* another file took its name meanwhile: it has the name that is the cause */
  | 'kept-beside'
  | 'not-put-back'
  /* us */
  /** What the engine has proved lasts no longer than the window. */
  | 'records-not-kept'
  /** What an engine has left that was killed is still there. */
  | 'not-cleared-up'
  | 'engine-stopped'
  | 'plan-outdated'
  | 'cancelled'
  | 'unexpected';

export interface FailureRecord {
  readonly code: FailureCode;
  /** What it happened to: a setting, a profile, an endpoint, a bucket or a path. */
  readonly subject: string;
  /** The chain of causes in one line, for the log and for "because". */
  readonly cause: string | undefined;
}

/* ---- What to work on ------------------------------------------------------------------------ */

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
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  readonly settings: RawSettings;
}

/* ---- Credentials and connection ------------------------------------------------------------- */

/** How a profile of the shared AWS files comes to its credentials; `none`: it doesn't say. */
export type ProfileKind = 'keys' | 'sso' | 'role' | 'process' | 'web-identity' | 'login' | 'none';

export interface ProfileSummary {
  readonly name: string;
  readonly kind: ProfileKind;
  readonly region: string | undefined;
}

/** What credentials could come from on this machine, without asking anybody. */
export interface CredentialSources {
  readonly profiles: readonly ProfileSummary[];
  /** Whether the environment holds a whole key pair. */
  readonly inEnvironment: boolean;
  /** The profile that `AWS_PROFILE` names. */
  readonly environmentProfile: string | undefined;
  /** Where the keys of profiles are kept, whether or not the file exists. */
  readonly credentialsFile: string;
  /** Why not all profiles may be listed. */
  readonly fault: FailureRecord | undefined;
}

export interface ConnectionCheck {
  /** For which workspace folder the view shows it. */
  readonly folder: string;
  readonly settings: RawSettings;
  readonly target: { readonly bucket: string; readonly prefix: string } | undefined;
}

/* ---- Verdicts ------------------------------------------------------------------------------- */

export const groups = [
  'lost',
  'changed-in-cloud',
  'unchecked',
  'out-of-date',
  'missing-in-cloud',
  'up-to-date',
  'only-in-cloud',
  'ignored',
] as const;

export type Group = (typeof groups)[number];

/** What is known of one path, and why. `kind` is the group in which its row stands. */
export type Verdict =
  | {
      readonly kind: 'missing-in-cloud';
      /** When it was last proved to be in the cloud, if ever; milliseconds since 1970. */
      readonly safeAt?: number;
    }
  | {
      readonly kind: 'out-of-date';
      readonly because: 'content' | 'size' | 'time' | 'not-comparable' | 'changed-since-comparison';
    }
  | { readonly kind: 'up-to-date'; readonly proof: Proof }
  /** It was when it was compared, at `asOf`; the comparison since then has failed. */
  | { readonly kind: 'up-to-date'; readonly proof: 'unconfirmed'; readonly asOf: number }
  | {
      readonly kind: 'changed-in-cloud';
      /**
       * `only-there`: the local file is what was backed up. `both`: it is not, and the copy is
       * another one too. `refused`: found out by an upload, which was not carried out.
       */
      readonly because: 'newer-there' | 'only-there' | 'both' | 'refused';
    }
  /** Gone from both sides, though it was proved to be in the cloud once. */
  | { readonly kind: 'lost'; readonly safeAt: number }
  | {
      readonly kind: 'only-in-cloud';
      /** The store has it, but its lists do not show it. */
      readonly because?: 'not-listed';
    }
  | { readonly kind: 'unchecked'; readonly failure: FailureRecord }
  | { readonly kind: 'ignored'; readonly because: IgnoreReason; readonly cloudTwins: number };

/**
 * What an up-to-date verdict rests on. `uploaded`: the store confirmed these very bytes. `receipt`:
 * it did so earlier, and neither side has changed since. `content`: a hash over the local bytes
 * equals the cloud object's. `name-and-time`: nothing but the original
 * rule; such a file is not called safe.
 */
export type Proof = 'uploaded' | 'receipt' | 'content' | 'name-and-time';

export type IgnoreReason =
  | {
      readonly kind: 'rule';
      readonly pattern: string;
      /** The setting or the file that holds the pattern. */
      readonly source: string;
      /** From 1; `undefined` for a setting. */
      readonly line: number | undefined;
    }
  | { readonly kind: 'link' | 'special-file' }
  | { readonly kind: 'below-local-file' | 'namesake-is-folder'; readonly path: FilePath }
  | { readonly kind: 'not-a-path'; readonly fault: KeyFault };

/** Why a key can be no file's: what a folder on disk cannot hold, or what would lead out of it. */
export type KeyFault =
  | 'folder-marker'
  | 'empty-segment'
  | 'dot-segment'
  | 'nul'
  | 'backslash'
  | 'outside-prefix'
  /** The name of a file that the engine makes for the time of its work. */
  | 'own-file'
  | EntryFault;

/** Why an entry of a list says nothing for certain of an object. */
export type EntryFault =
  /** Its key has escapes that stand for no text, and is a guess. */
  | 'not-decodable'
  /** It has no ETag, no size or no time. */
  | 'incomplete';

export interface GroupTotals {
  readonly files: number;
  readonly bytes: number;
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
  /** Why the listing is not whole, where it is not. */
  readonly incomplete: FailureRecord | undefined;
  /** How many files of each group the filter lets through; `undefined` where there is no filter. */
  readonly shown: Readonly<Record<Group, number>> | undefined;
}

/* ---- Rows of the tree ------------------------------------------------------------------------ */

/** A place in the tree; the empty path is the group itself. */
export interface NodeId {
  readonly folder: string;
  readonly group: Group;
  readonly path: FilePath;
}

export interface Side {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** What a batch does to its files. */
export type Work = 'back-up' | 'restore' | 'free-up' | 'trash';

/** What is being done to a file right now, or has just been. */
export type Activity =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'under-way'; readonly work: Work }
  | { readonly kind: 'finished'; readonly work: Work }
  | { readonly kind: 'verifying' }
  | { readonly kind: 'failed'; readonly failure: FailureRecord };

export interface FileRow {
  readonly kind: 'file';
  readonly path: FilePath;
  /** Whether the row stands for an ignored or unreadable folder and all below it. */
  readonly isFolder: boolean;
  readonly verdict: Verdict;
  readonly local: Side | undefined;
  readonly cloud: Side | undefined;
  /** Whether its copy lies in an archive, which may have to be asked for it first. */
  readonly archived?: boolean;
  readonly activity: Activity | undefined;
}

export interface FolderRow {
  readonly kind: 'folder';
  readonly path: FilePath;
  /** Of this group, below this folder. */
  readonly totals: GroupTotals;
  /** Below this folder in all groups: local files that are missing or not current in the cloud. */
  readonly notBackedUp: number;
  readonly ignored: number;
}

export type Row = FileRow | FolderRow;

/** `list` puts all files of a group directly below it, in the order of the tree. */
export type TreeLayout = 'tree' | 'list';

export interface ChildrenRequest {
  readonly node: NodeId;
  readonly layout: TreeLayout;
  readonly offset: number;
  readonly limit: number;
}

export interface ChildrenPage {
  readonly rows: readonly Row[];
  /** How many children there are in all. */
  readonly total: number;
}

/* ---- State ------------------------------------------------------------------------------------ */

/** What the engine is doing, and what it knows. Sent at most ten times a second. */
export type State = Doing & {
  /** One for each folder that has been compared, with the numbers of this moment. */
  readonly comparisons: readonly ComparisonTotals[];
  /** One for each folder that the engine has had to do with, counted while no batch runs there. */
  readonly remaining: readonly RemainingFiles[];
};

/** How many files batches that were cut off have left. */
export interface RemainingFiles {
  readonly folder: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly files: number;
}

export type Doing =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'connecting';
      readonly folder: string;
      readonly attempt: number;
      readonly attempts: number;
    }
  | {
      readonly kind: 'comparing';
      readonly folder: string;
      readonly localFiles: number;
      readonly cloudFiles: number;
    }
  | ({ readonly kind: 'verifying' } & VerifyProgress)
  | { readonly kind: 'compared' }
  | { readonly kind: 'transferring'; readonly batches: readonly BatchProgress[] }
  | {
      readonly kind: 'paused';
      readonly why: PauseReason;
      readonly batches: readonly BatchProgress[];
    }
  | {
      readonly kind: 'failed';
      /** At least one. */
      readonly failures: readonly FolderFailure[];
    };

/** Why the last thing that was tried with a folder failed, or with all of them. */
export interface FolderFailure {
  readonly folder: string | undefined;
  readonly failure: FailureRecord;
}

/** Why batches rest, and with it what makes them go on. */
export type PauseReason =
  | { readonly kind: 'asked-for' }
  /** They go on by themselves when the store answers, or takes the credentials, again. */
  | {
      readonly kind: 'store-unreachable' | 'sign-in-needed';
      readonly failure: FailureRecord;
    };

export interface BatchProgress {
  readonly work: Work;
  readonly planId: number;
  readonly files: number;
  readonly bytes: number;
  /** Files that are settled, one way or the other. */
  readonly filesDone: number;
  /** Bytes that have moved. */
  readonly bytesDone: number;
  /** Files with which all went well. */
  readonly done: number;
  readonly failed: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** `undefined` while it cannot be told. */
  readonly secondsLeft: number | undefined;
  /** One of the files under way. */
  readonly current: FilePath | undefined;
}

/* ---- Backing up -------------------------------------------------------------------------------- */

/** Which files of a folder to back up. */
export type Scope =
  /** Everything that is out of date or missing, by the comparison at hand. */
  | { readonly kind: 'all' }
  /** Rows of the comparison at hand. */
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeId[] }
  /** What was ticked in a list of the differences. */
  | { readonly kind: 'picks'; readonly picks: readonly Pick<Difference, 'kind' | 'path'>[] }
  /** What batches that were cut off have left, by the comparison at hand. */
  | { readonly kind: 'remaining' }
  /** Conflicts that were shown, and that the user wants to end by what is here. */
  | { readonly kind: 'mine'; readonly files: readonly Pick<Conflict, 'path' | 'etag'>[] }
  /** The files that failed in an earlier batch, judged anew. */
  | { readonly kind: 'failed'; readonly planId: number }
  /** Files and folders on disk, absolute; compared anew, with or without a comparison at hand. */
  | { readonly kind: 'resources'; readonly paths: readonly string[] }
  /** One file on disk, absolute, though a rule ignores it: this once. */
  | { readonly kind: 'ignored'; readonly path: string };

export interface PlanRequest {
  readonly parts: readonly { readonly setup: FolderSetup; readonly scope: Scope }[];
}

/** What was chosen in a tree or in the Explorer. */
export type Chosen = Extract<Scope, { readonly kind: 'nodes' | 'resources' }>;

export interface ChosenRequest {
  readonly parts: readonly { readonly setup: FolderSetup; readonly scope: Chosen }[];
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
  /** How many it takes at the most, as long as none has to be sent twice. */
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
  readonly unowned: {
    readonly files: number;
    readonly examples: readonly FilePath[];
    /** Whether every bucket concerned keeps what is overwritten. */
    readonly keepsVersions: boolean;
  };
  /** How many files are empty here and would replace a cloud copy that is not. */
  readonly emptying: number;
  /** Files asked for that need no upload, or are not uploaded without a decision of their own. */
  readonly leftAlone: Readonly<Partial<Record<Group, number>>>;
  /** The one ignored file asked for, if it was alone. */
  readonly ignored: { readonly path: FilePath; readonly because: IgnoreReason } | undefined;
}

/** A file that a plan would upload. */
export interface PlannedFile {
  readonly folder: string;
  readonly path: FilePath;
  readonly absolute: string;
}

/** Files that a plan is to skip after all, by the user's word. */
export interface LeftOut {
  readonly planId: number;
  readonly because: Extract<FailureCode, 'unsaved' | 'empty-here'>;
  readonly files: readonly PlannedFile[];
}

/** What became of a plan; the four numbers add up to `planned`. */
export interface Report {
  readonly work: Work;
  readonly planId: number;
  readonly planned: number;
  /** Backed up, or restored. */
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  /** Bytes that arrived. */
  readonly bytes: number;
  /** How often each reason kept a file from arriving. */
  readonly reasons: Readonly<Partial<Record<FailureCode, number>>>;
  /** The first hundred files that did not arrive, with the reason, where there is one. */
  readonly troubles: readonly Trouble[];
}

/** What became of one file. */
export interface ReportEntry {
  readonly kind: 'done' | 'failed' | 'skipped' | 'cancelled';
  readonly folder: string;
  readonly path: FilePath;
  readonly bytes: number;
  readonly failure: FailureRecord | undefined;
  /** Where a restored file is, if not in its own place. */
  readonly restoredAs?: FilePath;
  /** What became of the local file that a restored one has replaced. */
  readonly replaced?: ReplacedFile;
}

export interface ReportRequest {
  readonly planId: number;
  readonly offset: number;
  readonly limit: number;
}

export interface ReportPage {
  readonly entries: readonly ReportEntry[];
  /** How many there are in all. */
  readonly total: number;
}

export interface Trouble {
  readonly folder: string;
  readonly path: FilePath;
  /** One that was cancelled has a reason where it was waiting to be sent again. */
  readonly kind: 'failed' | 'skipped' | 'cancelled';
  readonly failure: FailureRecord;
}

/* ---- Verifying ---------------------------------------------------------------------------------- */

export interface VerifyProgress {
  readonly files: number;
  readonly bytes: number;
  readonly filesDone: number;
  /** Bytes that have been read. */
  readonly bytesDone: number;
}

/** What reading files has said of their cloud copies; the numbers add up to `files`. */
export interface VerifyReport {
  /** Under which the copies that are still to be read are known. */
  readonly verificationId: number;
  readonly files: number;
  readonly proved: number;
  readonly different: number;
  /** Here, and not in the cloud. */
  readonly missing: number;
  /** Nothing that the store tells can be compared with what is here: only the copies could. */
  readonly unknown: GroupTotals;
  readonly failed: number;
  /** The first hundred that could not be compared. */
  readonly troubles: readonly Omit<Trouble, 'kind'>[];
}

/* ---- Cloud copies ------------------------------------------------------------------------------ */

/** A file in the bucket. */
export interface CloudCopyRequest {
  readonly setup: FolderSetup;
  readonly path: FilePath;
  /** One version; the copy as it is now where it is left out. */
  readonly versionId?: string;
}

export interface CloudCopy {
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Where the bucket keeps versions. */
  readonly versionId: string | undefined;
}

/** How much of a copy is read into memory at the most. */
export interface CloudCopyReading extends CloudCopyRequest {
  readonly limit: number;
}

/** Where on the disk a copy is to go, outside of its own place. */
export interface CloudCopySaving extends CloudCopyRequest {
  /** Absolute. */
  readonly to: string;
}

export interface CloudCopyContent {
  readonly copy: CloudCopy;
  /** Handed over by the engine, not copied. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One state of a file that the store has kept. */
export interface CloudVersion {
  /** A delete marker stands for a deletion by somebody else; it has no bytes. */
  readonly kind: 'version' | 'delete-marker';
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly size: number;
  readonly modifiedAt: number;
}

export interface CloudVersions {
  /** Whether the bucket keeps what is replaced. */
  readonly versioning: BucketTraits['versioning'];
  /** Newest first. */
  readonly versions: readonly CloudVersion[];
  /** Whether there are no more than these. */
  readonly areAll: boolean;
}

/** Files of a folder that has been compared. */
export interface KnownCopiesRequest {
  readonly folder: string;
  readonly paths: readonly FilePath[];
}

/** What a comparison knows of one copy. */
export interface KnownCopy {
  readonly path: FilePath;
  /** `undefined` where there is no copy. */
  readonly etag: string | undefined;
}

/* ---- Restoring ----------------------------------------------------------------------------------- */

/** Which files of a folder to restore. */
export type RestoreScope =
  /** Everything that is in the cloud, by the comparison at hand. */
  | { readonly kind: 'all' }
  /** Rows of the comparison at hand. */
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeId[] }
  /** Files and folders on disk, absolute; compared anew, with or without a comparison at hand. */
  | { readonly kind: 'resources'; readonly paths: readonly string[] }
  /** The files that failed in an earlier restore, by the comparison at hand. */
  | { readonly kind: 'failed'; readonly planId: number }
  /** One file as an older copy of it was. */
  | { readonly kind: 'version'; readonly path: FilePath; readonly versionId: string };

export interface RestoreRequest {
  readonly parts: readonly { readonly setup: FolderSetup; readonly scope: RestoreScope }[];
}

/** What a confirmed restore would do, and nothing else. */
export interface RestoreSummary {
  readonly planId: number;
  /** Files that would be fetched, those with a conflict included. */
  readonly files: number;
  readonly bytes: number;
  readonly conflicts: {
    readonly files: number;
    /** Those whose local file is younger than the copy, as far as their times tell. */
    readonly newerHere: number;
    readonly examples: readonly RestoreConflict[];
  };
  /** Files that lie in an archive, which may have to be asked for them first. */
  readonly archived: number;
  /** Files that cannot be restored here; each is in the report, with the reason. */
  readonly refused: { readonly files: number; readonly examples: readonly Trouble[] };
  /** Files asked for that need no restore, or have no copy. */
  readonly leftAlone: Readonly<Partial<Record<Group, number>>>;
}

/** A local file in the place of one that would be restored, and not the same. */
export interface RestoreConflict {
  readonly folder: string;
  readonly path: FilePath;
  readonly local: Side;
  readonly cloud: Side;
}

/** `keep-both` puts the cloud's file beside the local one. */
export type ConflictChoice = 'replace' | 'keep-both' | 'skip';

/** What the user decided about a plan's conflicts. */
export interface ConflictChoices {
  readonly planId: number;
  readonly choice: ConflictChoice;
  /** Files for which another decision was made. */
  readonly except: readonly (Pick<RestoreConflict, 'folder' | 'path'> & {
    readonly choice: ConflictChoice;
  })[];
}

/** What became of a local file that was replaced: it is in the trash, or has another name now. */
export type ReplacedFile =
  { readonly kind: 'trashed' } | { readonly kind: 'kept'; readonly path: FilePath };

/** Where there is no trash, the file is still where it was. */
export type TrashOutcome = 'trashed' | 'no-trash';

/** What was asked of an archive. */
export interface ArchiveRequest {
  /** The restore whose archived files are meant. */
  readonly planId: number;
  /** For how long they are to be readable. */
  readonly days: number;
}

export interface ArchiveAnswer {
  readonly requested: number;
  readonly troubles: readonly Trouble[];
}

/* ---- Freeing space ------------------------------------------------------------------------------- */

/** Whose local files are to go. */
export type FreeScope =
  | Chosen
  /** Everything that is proved, by the comparison at hand. */
  | { readonly kind: 'all' }
  /** The files that failed in an earlier batch, judged anew. */
  | { readonly kind: 'failed'; readonly planId: number };

export interface FreeRequest {
  readonly parts: readonly { readonly setup: FolderSetup; readonly scope: FreeScope }[];
}

/** What becomes of local files whose space is freed; the trash frees nothing before it is emptied. */
export type FreeWay = 'delete' | 'trash';

export const stayReasons = [
  'out-of-date',
  'missing-in-cloud',
  'changed-in-cloud',
  'unchecked',
  'not-proved',
  'ignored',
  'ignore-file',
  'archived',
  'under-way',
] as const;

/** Why a local file stays where space is freed. */
export type StayReason = (typeof stayReasons)[number];

/** What freeing would do, and what it would leave. */
export interface FreeSummary {
  readonly planId: number;
  readonly files: number;
  readonly bytes: number;
  readonly largest: readonly { readonly path: FilePath; readonly bytes: number }[];
  readonly stays: readonly {
    readonly because: StayReason;
    readonly files: number;
    readonly examples: readonly FilePath[];
  }[];
  /** Whether every bucket concerned keeps what is overwritten or deleted there. */
  readonly keepsVersions: boolean;
}

export interface FreeChoice {
  readonly planId: number;
  readonly way: FreeWay;
}

/* ---- Buckets ------------------------------------------------------------------------------------ */

export interface BucketSummary {
  readonly name: string;
  /** Where the store says so. */
  readonly region: string | undefined;
}

/** Some of the buckets, and what to ask for the following ones with. */
export interface BucketPage {
  readonly buckets: readonly BucketSummary[];
  readonly next: string | undefined;
}

export interface BucketPageRequest {
  /** For which workspace folder the state tells of attempts after the first. */
  readonly folder: string;
  readonly settings: RawSettings;
  /** The `next` of the page before; the first page where it is left out. */
  readonly after?: string;
}

export interface BucketRequest {
  readonly settings: RawSettings;
  readonly bucket: string;
}

export interface PrefixRequest extends BucketRequest {
  readonly prefix: string;
}

/** Which of S3's rules for names a bucket's name breaks. */
export type BucketNameFault =
  | 'characters'
  | 'too-short'
  | 'too-long'
  /** It begins or ends with a dot or a hyphen. */
  | 'ends'
  | 'adjacent-dots'
  | 'ip-address'
  | 'reserved-beginning'
  | 'reserved-end';

/** What can be set on a bucket while it is created. */
export type BucketOption =
  | 'block-public-access'
  | 'keep-versions'
  /** Parts of uploads that were never completed are removed by the store after seven days. */
  | 'clean-up-uploads';

export interface NewBucket extends BucketRequest {
  readonly region: string;
  readonly options: readonly BucketOption[];
}

export interface CreatedBucket {
  /** What the store would not set; the bucket is there all the same. */
  readonly notSet: readonly OpenOption[];
  /** What the store said yes to and would not, or could not, show afterwards. */
  readonly unconfirmed: readonly OpenOption[];
}

/** What was asked for and is not known to be set, and why. */
export interface OpenOption {
  readonly option: BucketOption;
  readonly failure: FailureRecord;
}

/** What stands below a prefix; `examples` are names without the prefix. */
export type PrefixContents =
  | {
      readonly kind: 'counted' | 'more-than';
      readonly count: number;
      readonly examples: readonly string[];
    }
  /** This identity may not list there. */
  | { readonly kind: 'unknown' };

/** What a user should know of a bucket; `undefined` where it could not be learned. */
export interface BucketTraits {
  readonly region: string | undefined;
  readonly versioning: 'enabled' | 'suspended' | 'off' | 'unknown';
  readonly isPublic: boolean | undefined;
  /** Whether a lifecycle rule removes files below the prefix. */
  readonly expires: boolean | undefined;
  /** Whether a lifecycle rule moves them to a class that takes hours to read from. */
  readonly archives: boolean | undefined;
  /** For how many days Object Lock keeps every copy; 0 for not at all. */
  readonly lockedDays: number | undefined;
}

/* ---- The host ------------------------------------------------------------------------------------ */

/** What the worker is started with. */
export interface WorkerData {
  /** Where receipts are kept; absolute. */
  readonly receiptsFile: string;
  /** Where it is noted which temporary files there are; absolute. */
  readonly ownFilesFolder: string;
}

/** What the worker's runtime can do. */
export interface HostReport {
  readonly node: string;
  /** Why receipts will be forgotten with this window; `undefined` where they are kept. */
  readonly forgetsReceipts: string | undefined;
}

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
}

/* ---- Messages: their names ------------------------------------------------------------------------- */

/** A message with an answer: its name on the wire, and to the compiler what it carries. */
export interface Question<P, R> {
  readonly method: string;
  readonly carries?: (params: P) => R;
}

/** A message without an answer. */
export interface Notice<P> {
  readonly method: string;
  readonly carries?: (params: P) => void;
}

function question<P, R>(method: string): Question<P, R> {
  return { method };
}

function notice<P>(method: string): Notice<P> {
  return { method };
}

/* ---- Messages: what the editor asks ---------------------------------------------------------------- */

export const hostReport = question<null, HostReport>('hostReport');
export const listBuckets = question<BucketPageRequest, BucketPage>('listBuckets');
/** Which rule a name breaks; `null` for none. */
export const judgeBucketName = question<string, BucketNameFault | null>('judgeBucketName');
/** Fails where no bucket can be created under that name. */
export const checkNewBucketName = question<BucketRequest, null>('checkNewBucketName');
/** The region of new buckets, unless another one is asked for. */
export const connectionRegion = question<RawSettings, string>('connectionRegion');
/** The store that settings and profile lead to: its URL, or AWS. */
export const storeEndpoint = question<RawSettings, string>('storeEndpoint');
export const createBucket = question<NewBucket, CreatedBucket>('createBucket');
export const inspectPrefix = question<PrefixRequest, PrefixContents>('inspectPrefix');
export const inspectBucket = question<PrefixRequest, BucketTraits>('inspectBucket');
export const credentialSources = question<null, CredentialSources>('credentialSources');
/** Answers once the store has taken the credentials, after four attempts at the most. */
export const checkConnection = question<ConnectionCheck, null>('checkConnection');
export const compare = question<readonly FolderSetup[], null>('compare');
export const children = question<ChildrenRequest, ChildrenPage>('children');
/** Reads what was chosen, whatever is known of it, and compares it with the cloud as it is now. */
export const verify = question<ChosenRequest, VerifyReport>('verify');
/** Reads the cloud copies that a verification could not compare in another way. */
export const readCloudCopies = question<number, VerifyReport>('readCloudCopies');
/** Forgets the lost files among what was chosen, and says how many they were. */
export const forgetLost = question<ChosenRequest, number>('forgetLost');
/** The conflicts among what was chosen, each with its cloud copy as it is now where that was not seen. */
export const conflicts = question<ChosenRequest, readonly FolderConflicts[]>('conflicts');
export const planBackUp = question<PlanRequest, PlanSummary>('planBackUp');
/** Which of these files, absolute, a plan would upload. */
export const plannedAmong = question<
  { readonly planId: number; readonly paths: readonly string[] },
  readonly PlannedFile[]
>('plannedAmong');
/** Which files of a plan are empty by now, and would replace a cloud copy that is not. */
export const emptyingFiles = question<number, readonly PlannedFile[]>('emptyingFiles');
/** Lets a plan do less than was shown; each file left out is in the report, with the reason. */
export const leaveOut = question<LeftOut, null>('leaveOut');
export const runPlan = question<number, Report>('runPlan');
export const planRestore = question<RestoreRequest, RestoreSummary>('planRestore');
/** Without it, a plan's conflicts are skipped. */
export const chooseConflicts = question<ConflictChoices, null>('chooseConflicts');
export const requestArchived = question<ArchiveRequest, ArchiveAnswer>('requestArchived');
export const planFreeUp = question<FreeRequest, FreeSummary>('planFreeUp');
/** Without it, a plan to free space cannot be run. */
export const chooseFreeWay = question<FreeChoice, null>('chooseFreeWay');
export const differences = question<FolderSetup, readonly Difference[]>('differences');
/** Forgets what earlier batches have left of these folders. */
export const dropRemaining = question<readonly FolderSetup[], null>('dropRemaining');
export const reportPage = question<ReportRequest, ReportPage>('reportPage');
/** Fails with `no-such-key` where there is none. */
export const cloudCopy = question<CloudCopyRequest, CloudCopy>('cloudCopy');
export const readCloudCopy = question<CloudCopyReading, CloudCopyContent>('readCloudCopy');
export const saveCloudCopy = question<CloudCopySaving, null>('saveCloudCopy');
/** What the comparison at hand knows of these copies; those of which it knows nothing are left out. */
export const knownCopies = question<KnownCopiesRequest, readonly KnownCopy[]>('knownCopies');
export const cloudVersions = question<CloudCopyRequest, CloudVersions>('cloudVersions');
export const bucketVersioning = question<BucketRequest, BucketTraits['versioning']>(
  'bucketVersioning',
);
/**
 * Lets a bucket keep what is replaced or deleted, from now on; `null` where the store shows that it
 * is so, and otherwise why it could not be looked at. Fails with `not-kept` where it is not so.
 */
export const turnOnVersioning = question<BucketRequest, FailureRecord | null>('turnOnVersioning');

/** A plan that was shown and not confirmed. */
export const dropPlan = notice<number>('dropPlan');
/** Let no byte of any batch move until `resume`. */
export const pause = notice<null>('pause');
export const resume = notice<null>('resume');
/** The settings that bound the traffic have changed; they hold for batches under way, too. */
export const trafficChanged = notice<RawSettings>('trafficChanged');
/** Files or folders that were created, changed or deleted; absolute. */
export const filesChanged = notice<{
  readonly folder: string;
  readonly paths: readonly string[];
}>('filesChanged');
/** Look again at every green row: changes may have gone unnoticed. */
export const recheck = notice<null>('recheck');
/** Show only the rows whose paths match this text; all of them for an empty one. */
export const filterRows = notice<string>('filterRows');
/** The settings of a folder have changed by which it is compared: a comparison at hand is void. */
export const settingsChanged = notice<{
  readonly folder: string;
  readonly settings: RawSettings;
}>('settingsChanged');
/** Forget a folder's comparison: it was closed, or is backed up elsewhere now. */
export const forgetFolder = notice<string>('forgetFolder');

/* ---- Messages: what the engine asks ------------------------------------------------------------------ */

/** Whether somebody has changes to a file, absolute, that are not on the disk yet. */
export const isUnsaved = question<string, boolean>('isUnsaved');
/** Moves a file, absolute, to the trash of this computer, where there is one. */
export const moveToTrash = question<string, TrashOutcome>('moveToTrash');

/* ---- Messages: what the engine tells ----------------------------------------------------------------- */

export const stateChanged = notice<State>('stateChanged');
/** Rows below these groups came, went or changed. */
export const rowsChanged = notice<{
  readonly folder: string;
  readonly groups: readonly Group[];
}>('rowsChanged');
/** Something failed that nobody has asked for, and that the user should know of. */
export const warned = notice<FailureRecord>('warned');
export const logged = notice<LogEntry>('logged');
