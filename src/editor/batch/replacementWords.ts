import { l10n } from 'vscode';
import { namedFiles } from '../format/namedFiles';
import type { PlanSummary } from '../../protocol/plans';

/**
 * Names the cloud copies of unknown origin that a plan would replace, and says whether the bucket
 * keeps them.
 */
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

/** Says whether replaced cloud copies can be recovered. */
export function outcomeOfReplaced(keepsVersions: boolean): string {
  return keepsVersions
    ? l10n.t('The bucket keeps versions, so replaced copies can be restored.')
    : l10n.t('The bucket keeps no versions, so replaced copies are gone for good.');
}
