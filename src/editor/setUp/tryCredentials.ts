import { window, type WorkspaceFolder } from 'vscode';
import { checkConnection } from '../../protocol/credentials';
import { folderSetup } from '../targets/folderSetup';
import type { Services } from '../services';
import { folderId } from '../targets/targets';
import { viewId } from '../contributions/viewId';

/**
 * Asks the store, with progress in the view, whether it takes the credentials of these folders, and
 * compares those that have a bucket. Throws where it does not take them.
 */
export async function tryCredentials(
  services: Services,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  const { engine, ongoing, profiles, targets, view } = services;
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
  await services.comparisons.run(
    placed.map(each => folderSetup(services, each.folder, each.target)),
  );
}
