import { l10n } from 'vscode';
import { namedFiles } from '../format/namedFiles';
import type { PlanSummary } from '../../protocol/plans';

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

/** Whether cloud copies that are replaced can be got back. */
export function outcomeOfReplaced(keepsVersions: boolean): string {
  return keepsVersions
    ? l10n.t('The bucket keeps versions: what is replaced can be got back.')
    : l10n.t('The bucket keeps no versions: what is replaced is gone.');
}
