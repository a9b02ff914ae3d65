import { l10n, window, type WorkspaceFolder } from 'vscode';
import { forgetRecords } from '../../protocol/folders';
import type { RunningOperations } from '../client/runningOperations';
import { askBeforeLoss } from '../quickInput/askBeforeLoss';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import { targetText, type Target } from '../targets/target';
import { folderId } from '../targets/targets';
import { showStatusMessage } from '../view/statusMessage';
import { forgetAccessKeys, type AccessKeyDeps } from './enterAccessKey';

type StopBackingUpDeps = FolderSetupDeps &
  AccessKeyDeps & {
    readonly operations: Pick<RunningOperations, 'isEmpty'>;
  };

/**
 * Forgets where a folder is backed up, what was proved of it and a key that was typed in for it, once
 * the user agrees. Touches no file, neither here nor in the cloud.
 */
export async function stopBackingUp(
  deps: StopBackingUpDeps,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  const { engine, operations, targets } = deps;
  const backedUp = folders.flatMap((folder): readonly BackedUp[] => {
    const status = targets.statusOf(folder);
    const isKnown = status.kind === 'known' || status.kind === 'to-confirm';
    return isKnown ? [{ folder, target: status.target }] : [];
  });
  const chosen = await chooseOne(backedUp);
  if (chosen === undefined) return;
  if (isBusy(operations) || !(await confirm(chosen))) return;
  // A back-up on save may have begun while the question was open.
  if (isBusy(operations)) return;
  const { folder, target } = chosen;
  const openConflicts = await engine.sendRequest(forgetRecords, folderSetup(deps, folder, target));
  targets.stop(folder, openConflicts);
  showStatusMessage(l10n.t('“{0}” is no longer backed up', folder.name));
  const key = await deps.accessKeys.get(folderId(folder));
  if (key !== undefined) await forgetAccessKeys(deps, [folder]);
}

function isBusy(operations: StopBackingUpDeps['operations']): boolean {
  if (operations.isEmpty) return false;
  const text = l10n.t('Something is still running. Wait for it to finish, or cancel it.');
  void window.showInformationMessage(text);
  return true;
}

interface BackedUp {
  readonly folder: WorkspaceFolder;
  readonly target: Target;
}

async function chooseOne(backedUp: readonly BackedUp[]): Promise<BackedUp | undefined> {
  if (backedUp.length === 1) return backedUp[0];
  if (backedUp.length === 0) {
    void window.showInformationMessage(l10n.t('This folder has no bucket.'));
    return undefined;
  }
  const items = backedUp.map(each => ({
    label: each.folder.name,
    description: targetText(each.target),
    each,
  }));
  const placeHolder = l10n.t('Which folder?');
  const title = l10n.t('Stop Backing Up');
  return (await window.showQuickPick(items, { title, placeHolder }))?.each;
}

async function confirm({ folder, target }: BackedUp): Promise<boolean> {
  const answer = await askBeforeLoss({
    question: l10n.t('Stop backing up “{0}”?', folder.name),
    detail: [
      l10n.t(
        'S3 Backup forgets that the folder is backed up to s3://{0}, and which files were proved to be there.',
        targetText(target),
      ),
      l10n.t('No file is changed or deleted, here or in the cloud.'),
      '',
      l10n.t(
        'If you choose the same bucket again, the copies there are used again; files are then compared by content.',
      ),
    ].join('\n'),
    keep: l10n.t('Keep Backing Up'),
    actions: [l10n.t('Stop Backing Up')],
  });
  return answer !== undefined;
}
