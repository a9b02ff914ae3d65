import { l10n, window } from 'vscode';
import type { PlanSummary } from '../../protocol/plans';
import { formatCount } from '../format/quantity';
import { replacementWords } from '../batch/replacementWords';

/**
 * Asks before a plan replaces cloud copies that this computer has no record of having written, or
 * whose files were freed.
 * Single files ask only once per folder while the window lives; larger plans ask each time.
 */
export async function confirmReplacing(
  plan: PlanSummary,
  folders: readonly string[],
): Promise<boolean> {
  const { files, unknownOrigin } = plan;
  if (unknownOrigin.files === 0) return true;
  const isSingle = files === 1;
  if (isSingle && folders.every(folder => agreed.has(folder))) return true;
  const backUp = l10n.t('Back Up');
  const answer = await window.showWarningMessage(
    question(plan),
    { modal: true, detail: consequences(plan) },
    backUp,
  );
  if (answer !== backUp) return false;
  if (isSingle) for (const folder of folders) agreed.add(folder);
  return true;
}

/** Folders for whose single files the user has agreed, in this window. */
const agreed = new Set<string>();

function question({ files, unknownOrigin }: PlanSummary): string {
  if (files === 1) {
    return l10n.t(
      'Back up “{0}” and replace its cloud copy? That copy is not known to be an earlier state of this file.',
      unknownOrigin.examples[0] ?? '',
    );
  }
  return unknownOrigin.files === 1
    ? l10n.t(
        'Back up {0} files and replace 1 cloud copy that is not known to be an earlier state of its file?',
        formatCount(files),
      )
    : l10n.t(
        'Back up {0} files and replace {1} cloud copies that are not known to be earlier states of their files?',
        formatCount(files),
        formatCount(unknownOrigin.files),
      );
}

function consequences({ files, unknownOrigin }: PlanSummary): string {
  const { copies, kept } = replacementWords(unknownOrigin);
  if (files === 1) return kept;
  return [l10n.t('These would be replaced:'), ...copies, '', kept].join('\n');
}
