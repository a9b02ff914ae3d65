import { l10n, window, type LogOutputChannel, type WorkspaceFolder } from 'vscode';
import { checkConnection } from '../../protocol/credentials';
import { accountText } from '../client/accountText';
import type { Comparisons } from '../client/comparisons';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { viewId } from '../contributions/manifest';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import type { Profiles } from '../targets/profiles';
import { folderId, type Targets } from '../targets/targets';
import { showStatusMessage } from '../view/statusMessage';
import type { FilesView } from '../view/filesView';

interface TryCredentialsDeps extends FolderSetupDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly targets: Targets;
  readonly profiles: Profiles;
  readonly operations: RunningOperations;
  readonly comparisons: Comparisons;
  readonly view: FilesView;
}

/** Says whose credentials they are, where the store tells it. */
async function tellWhose(
  { engine, log, profiles }: TryCredentialsDeps,
  folder: WorkspaceFolder,
): Promise<void> {
  const settings = profiles.settings(folder);
  const account = await accountText(engine, { settings, mayAskStore: true });
  if (account === undefined) return;
  log.info(`${folder.name}: the credentials are those of account ${account}.`);
  showStatusMessage(l10n.t('Connected to account {0}', account));
}

/**
 * Checks the credentials of these folders against the store, with progress in the view, and compares
 * the folders that have a bucket. Throws if the store refuses the credentials.
 */
export async function tryCredentials(
  deps: TryCredentialsDeps,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  const { engine, operations, profiles, targets, view } = deps;
  const placed = folders.flatMap(folder => {
    const status = targets.statusOf(folder);
    return status.kind === 'known' ? { folder, target: status.target } : [];
  });
  const [first] = placed;
  const folder = first?.folder ?? folders[0];
  if (folder === undefined) return;
  const request = {
    folder: folderId(folder),
    settings: profiles.settings(folder),
    target: first?.target,
  };
  const work = operations.run(token => engine.sendRequest(checkConnection, request, token));
  void window.withProgress({ location: { viewId } }, () => work.catch(() => undefined));
  await work;
  view.showConnected();
  void tellWhose(deps, folder);
  if (placed.length === 0) return;
  await deps.comparisons.run(placed.map(each => folderSetup(deps, each.folder, each.target)));
}
