/**
 * Every name that the manifest and the code have in common. A test holds them equal to
 * `package.json`.
 */

/** What the names of all settings, commands and context keys begin with. */
export const section = 's3Backup';

/** The one view. */
export const viewId = 's3Backup.files';

export const commandIds = [
  's3Backup.compare',
  's3Backup.getStarted',
  's3Backup.chooseBucket',
  's3Backup.chooseStore',
  's3Backup.chooseProfile',
  's3Backup.stopBackingUp',
  's3Backup.signIn',
  's3Backup.forgetAccessKey',
  's3Backup.openCredentialsFile',
  's3Backup.backUpAll',
  's3Backup.backUp',
  's3Backup.backUpResource',
  's3Backup.open',
  's3Backup.revealInExplorer',
  's3Backup.diff',
  's3Backup.openCloudCopy',
  's3Backup.loadCloudCopy',
  's3Backup.showVersions',
  's3Backup.turnOnVersioning',
  's3Backup.showCapabilities',
  's3Backup.copyS3Uri',
  's3Backup.ignore',
  's3Backup.showRule',
  's3Backup.chooseClick',
  's3Backup.filter',
  's3Backup.clearFilter',
  's3Backup.viewAsTree',
  's3Backup.viewAsList',
  's3Backup.cancel',
  's3Backup.review',
  's3Backup.retryFailed',
  's3Backup.freeUpSpace',
  's3Backup.resolve',
  's3Backup.restore',
  's3Backup.verify',
  's3Backup.forget',
  's3Backup.showReport',
  's3Backup.saveReport',
  's3Backup.pause',
  's3Backup.resume',
  's3Backup.forgetUnfinished',
  's3Backup.showLog',
  's3Backup.overview',
  's3Backup.openSettings',
] as const;

export type CommandId = (typeof commandIds)[number];

/** The context keys that `when` clauses ask for, with all values that each can have. */
export const contextValues = {
  's3Backup.compared': [true, false],
  /** Whether a folder of the workspace has a bucket. */
  's3Backup.bucketChosen': [true, false],
  /** What the user has done, in this window or before, for the walkthrough. */
  's3Backup.everChosen': [true, false],
  's3Backup.everCompared': [true, false],
  's3Backup.backedUp': [true, false],
  's3Backup.restored': [true, false],
  's3Backup.filtered': [true, false],
  's3Backup.layout': ['tree', 'list'],
  's3Backup.unfinished': [true, false],
  /** Whether the tab in front shows a cloud copy that waits to be loaded. */
  's3Backup.restoredCopy': [true, false],
  /** What stands in front: a file beside its cloud copy, and what is known of the two. */
  's3Backup.cloudDiff': ['none', 'changed-in-cloud', 'out-of-date'],
  's3Backup.report': ['none', 'kept', 'fine', 'failed'],
  's3Backup.transfer': ['none', 'running', 'paused'],
  /** Which text the view shows while its tree is empty. */
  's3Backup.welcome': [
    'none',
    'no-bucket',
    'connected',
    'not-compared',
    'working',
    'failed',
    'failed-credentials',
    'failed-network',
    'failed-endpoint',
    'failed-bucket',
  ],
  /** Whether files are proved in the background. */
  's3Backup.proving': [true, false],
  's3Backup.working': [true, false],
} as const;

type ContextValues = typeof contextValues;

export type ContextKeyName = keyof ContextValues;

export type ContextValue<N extends ContextKeyName> = ContextValues[N][number];

/** All settings, by their names without the section. */
export const settingNames = [
  'bucket',
  'prefix',
  'profile',
  'region',
  'endpoint',
  'forcePathStyle',
  'compare.rule',
  'exclude',
  'useGitignore',
  'clickAction',
  'explorerDecorations',
  'storageClass',
  'serverSideEncryption',
  'kmsKeyId',
  'concurrency',
  'bandwidthLimit',
  'backUpOnSave',
  'compareOnStartup',
] as const;

/** Those that belong to the machine that VS Code works on, and to no workspace. */
export const machineSettings: readonly SettingName[] = [
  'profile',
  'region',
  'endpoint',
  'forcePathStyle',
  'serverSideEncryption',
  'kmsKeyId',
  'concurrency',
  'bandwidthLimit',
];

export type SettingName = (typeof settingNames)[number];
