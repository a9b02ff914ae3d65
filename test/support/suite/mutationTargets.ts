/** What a mutation tool changes, and the tests that have to find it: fast ones, run for each change. */
export interface MutationTarget {
  /** Below `src/engine`, without the extension. */
  readonly sources: readonly string[];
  /** Below `test`, without the extension. */
  readonly tests: readonly string[];
}

/** What decides over the promises. */
export const mutationTargets: Readonly<Record<string, MutationTarget>> = {
  judge: { sources: ['compare/judge'], tests: ['engine/compare/judge'] },
  join: {
    sources: ['compare/join'],
    tests: ['engine/compare/join', 'engine/compare/joinGone', 'engine/compare/compare'],
  },
  plan: {
    sources: ['backup/selectBackUp', 'backup/summarizeBackUp'],
    tests: [
      'engine/backup/selectBackUp',
      'engine/backup/selectIgnored',
      'engine/backup/conflictsAmong',
      'engine/backup/leaveOut',
      'engine/whole/backUpAgain',
      'engine/whole/unfinishedFiles',
    ],
  },
  freeUp: {
    sources: ['freeUp/examineFile', 'freeUp/proveCopy'],
    tests: ['engine/freeUp/freeFile', 'engine/freeUp/safeToFree'],
  },
  conditionalWrites: {
    sources: ['s3/conditionalWrite'],
    tests: ['s3/conditionalWrites', 's3/explainedRefusals', 's3/learnedConditions'],
  },
};
