import { posix } from 'node:path';
import { commands, l10n, ProgressLocation, Uri, window, type CancellationToken } from 'vscode';
import { saveCloudCopy } from '../../protocol/cloudCopies';
import { Failed } from '../failures/failed';
import { plainText } from '../format/plainText';
import { formatBytes } from '../format/quantity';
import type { FoundCopy } from './findCopies';
import type { EngineClient } from '../client/engineClient';

export interface SaveCopyDeps {
  readonly engine: EngineClient;
}

/** Saves a cloud copy to a place that the user chooses. */
export async function saveCopy(
  { engine }: SaveCopyDeps,
  { place, copy }: FoundCopy,
): Promise<void> {
  const name = posix.basename(place.path);
  const to = await window.showSaveDialog({
    // Beside the folder, not in it: files in it are backed up.
    defaultUri: Uri.joinPath(Uri.parse(place.setup.id), '..', name),
    title: l10n.t('Save Cloud Copy'),
  });
  if (to === undefined) return;
  if (to.scheme !== 'file') throw Failed.of('not-on-disk', to.path, to.scheme);
  const options = {
    location: ProgressLocation.Notification,
    title: plainText(l10n.t('Saving “{0}” ({1})', name, formatBytes(copy.size))),
    cancellable: true,
  };
  const { setup, path, versionId } = place;
  const request = { setup, path, to: to.fsPath, ...(versionId === undefined ? {} : { versionId }) };
  await window.withProgress(options, (_, token: CancellationToken) =>
    engine.sendRequest(saveCloudCopy, request, token),
  );
  void offerToOpen(to);
}

async function offerToOpen(saved: Uri): Promise<void> {
  const open = l10n.t('Open');
  const text = plainText(l10n.t('The cloud copy was saved to {0}.', saved.fsPath));
  const answer = await window.showInformationMessage(text, open);
  if (answer === open) await commands.executeCommand('vscode.open', saved);
}
