import type { PlanSummary } from '../../protocol/plans';
import { outcomeOfReplaced } from './outcomeOfReplaced';
import { namedFiles } from '../format/namedFiles';

/** Which cloud copies without a record a plan would replace, and whether they can be got back. */
export function replacementWords({
  files,
  examples,
  keepsVersions,
}: PlanSummary['unknownOrigin']): {
  readonly copies: readonly string[];
  readonly kept: string;
} {
  return { copies: namedFiles(examples, files), kept: outcomeOfReplaced(keepsVersions) };
}
