import type { Group } from '../../protocol/verdicts';

/** The groups of what a back-up is for. */
export const toBackUp: readonly Group[] = ['out-of-date', 'missing-in-cloud'];
