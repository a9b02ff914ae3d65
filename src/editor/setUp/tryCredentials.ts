import { window, type WorkspaceFolder } from 'vscode';
import { checkConnection } from '../../protocol/credentials';
import type { Comparisons } from '../client/comparisons';
import type { EngineClient } from '../client/engineClient';
import type { Ongoing } from '../client/ongoing';
import { viewId } from '../contributions/manifest';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import type { Profiles } from '../targets/profiles';
import { folderId, type Targets } from '../targets/targets';
import type { FilesView } from '../view/filesView';

interface TryCredentialsDeps extends FolderSetupDeps {
  readonly engine: EngineClient;
  readonly targets: Targets;
  readonly profiles: Profiles;
  readonly ongoing: Ongoing;
  readonly comparisons: Comparisons;
  readonly view: FilesView;
}

/**
 * Asks the store, with progress in the view, whether it takes the credentials of these folders, and
 * compares those that have a bucket. Throws where it does not take them.
 */
export async function tryCredentials(
  deps: TryCredentialsDeps,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  const { engine, ongoing, profiles, targets, view } = deps;
  const placed = folders.flatMap(folder => {
    const standing = targets.standing(folder);
    return standing.kind === 'settled' ? { folder, target: standing.target } : [];
  });
  const [first] = placed;
  const folder = first?.folder ?? folders[0];
  if (folder === undefined) return;
  const request = {
    folder: folderId(folder),
    settings: profiles.settings(folder),
    target: first?.target,
  };
  const work = ongoing.run(token => engine.request(checkConnection, request, token));
  void window.withProgress({ location: { viewId } }, () => work.catch(() => undefined));
  await work;
  view.showConnected();
  if (placed.length === 0) return;
  await deps.comparisons.run(placed.map(each => folderSetup(deps, each.folder, each.target)));
}
