/** The environment variables by which the runners tell the tests what they run in. */
export const testVariables = {
  /** Where the suite writes its counts. */
  results: 'S3_BACKUP_TEST_RESULTS',
  /** The embedded S3 server that the extension is pointed at. */
  embeddedEndpoint: 'S3_BACKUP_TEST_EMBEDDED_ENDPOINT',
  /** A bucket there that is empty at first. */
  embeddedBucket: 'S3_BACKUP_TEST_EMBEDDED_BUCKET',
  /** How many extension hosts are to be killed in the middle of a back-up. */
  hostKills: 'S3_BACKUP_TEST_HOST_KILLS',
  /** How many random sequences of steps are run against the model. */
  modelRuns: 'S3_BACKUP_TEST_MODEL_RUNS',
  /** How many random AWS files are read by botocore, too. */
  parserRuns: 'S3_BACKUP_TEST_PARSER_RUNS',
  /** How many requests go over the few sockets. */
  requests: 'S3_BACKUP_TEST_REQUESTS',
  /** Set where a real VS Code is to go every way through the network. */
  networks: 'S3_BACKUP_TEST_NETWORKS',
  /** How many restores are killed on each kind of disk. */
  restoreKills: 'S3_BACKUP_TEST_RESTORE_KILLS',
  /** How many schedules of two engines are run. */
  scheduleRuns: 'S3_BACKUP_TEST_SCHEDULE_RUNS',
  /** Set where a failure of a property is enough, and its smallest case is not wanted. */
  unshrunk: 'S3_BACKUP_TEST_UNSHRUNK',
  /** The port on which the extension host waits for a debugger before it runs the suite. */
  inspect: 'S3_BACKUP_TEST_INSPECT',
  /** Parts of the paths of the test files that are wanted, as JSON; without it all. */
  parts: 'S3_BACKUP_TEST_PARTS',
  /** `newest`, or `oldest` for the first that the manifest allows. */
  vscode: 'S3_BACKUP_TEST_VSCODE',
  /** Set where VS Code cannot watch files, to the reason. */
  noWatcher: 'S3_BACKUP_TEST_NO_WATCHER',
} as const;

/** The value that a runner has set; for variables that tests cannot do without. */
export function testVariable(name: keyof typeof testVariables): string {
  const value = process.env[testVariables[name]];
  if (value === undefined) {
    throw new Error(`${testVariables[name]} is not set; run the suite by its npm script.`);
  }
  return value;
}

/** Why tests that need file events must be skipped, or undefined. */
export function noWatcherReason(): string | undefined {
  return process.env[testVariables.noWatcher];
}
