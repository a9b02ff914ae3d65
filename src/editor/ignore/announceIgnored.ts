import { FileType, l10n, Uri, window, workspace } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { PlanRequest, PlanSummary } from '../../protocol/plans';
import { plainText } from '../format/plainText';
import { showFailure, type ShowFailureDeps } from '../failures/showFailure';
import { ignoreReason } from '../view/verdictWords';
import { openRule } from './showRule';

/**
 * Says why the one file or folder that was asked for is not backed up. A rule can be looked at, and
 * a file that is ignored by one can be backed up this once.
 */
export async function announceIgnored(
  deps: ShowFailureDeps,
  { path, because }: NonNullable<PlanSummary['ignored']>,
  asked: PlanRequest['folders'],
  backUp: (asked: PlanRequest['folders']) => Promise<unknown>,
): Promise<void> {
  const text = plainText(l10n.t('“{0}” is not backed up: {1}.', path, ignoreReason(because)));
  const [first] = asked;
  if (because.kind !== 'rule' || first === undefined) {
    void window.showInformationMessage(text);
    return;
  }
  const { setup } = first;
  const file = await onlyFile(first);
  const anyway = l10n.t('Back Up Anyway');
  const show = l10n.t('Show Ignore Rule');
  const buttons = file === undefined ? [show] : [anyway, show];
  const chosen = await window.showInformationMessage(text, ...buttons);
  try {
    if (chosen === show) await openRule(setup.id, because);
    if (chosen === anyway && file !== undefined) await backUp(onceMore(setup, file));
  } catch (error) {
    void showFailure(
      deps,
      error,
      () => void announceIgnored(deps, { path, because }, asked, backUp),
    );
  }
}

function onceMore(setup: FolderSetup, path: string): PlanRequest['folders'] {
  return [{ setup, scope: { kind: 'ignored', path } }];
}

/** A folder is ignored for good: what lies in it may be more than anybody wants to see there. */
async function onlyFile({ scope }: PlanRequest['folders'][number]): Promise<string | undefined> {
  const [path, ...others] = scope.kind === 'resources' ? scope.paths : [];
  if (path === undefined || others.length > 0) return undefined;
  try {
    const { type } = await workspace.fs.stat(Uri.file(path));
    return type === FileType.File ? path : undefined;
  } catch {
    // It has gone meanwhile.
    return undefined;
  }
}
