import type { Uri, WorkspaceFolder } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import { safety, type Safety } from '../../protocol/safety';
import type { EngineClient } from '../client/engineClient';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import { localFolders } from '../targets/targets';
import { pathIn } from '../view/fileLocation';

export interface SafetyQuestionsDeps extends FolderSetupDeps {
  readonly engine: Pick<EngineClient, 'running' | 'sendRequest'>;
}

/**
 * Asks the engine how safe files and folders of the disk are. Leaves out what no bucket was chosen
 * for, and everything while the engine does not run: nothing is started before the user asks.
 */
export async function askSafety(
  deps: SafetyQuestionsDeps,
  uris: readonly Uri[],
): Promise<ReadonlyMap<string, Safety>> {
  const answers = new Map<string, Safety>();
  if (!deps.engine.running) return answers;
  const asked = new Map<WorkspaceFolder, { readonly setup: FolderSetup; readonly uris: Uri[] }>();
  for (const uri of uris) {
    const folder = backedUpFolderOf(deps, uri);
    if (folder === undefined) continue;
    const known = asked.get(folder.folder) ?? { setup: folder.setup, uris: [] };
    known.uris.push(uri);
    asked.set(folder.folder, known);
  }
  for (const [folder, { setup, uris: own }] of asked) {
    const paths = own.map(uri => pathIn(folder, uri));
    try {
      const found = await deps.engine.sendRequest(safety, { setup, paths });
      for (const [index, uri] of own.entries()) {
        const answer = found[index];
        if (answer !== undefined) answers.set(uri.toString(), answer);
      }
    } catch {
      // Settings that cannot be meant, or an engine that has stopped: the view says so.
    }
  }
  return answers;
}

/** The innermost folder with a bucket: a folder inside without one is backed up with the outer one. */
export function backedUpFolderOf(
  deps: FolderSetupDeps,
  uri: Uri,
): { readonly folder: WorkspaceFolder; readonly setup: FolderSetup } | undefined {
  if (uri.scheme !== 'file') return undefined;
  const above = localFolders()
    .filter(folder => `${uri.path}/`.startsWith(asBase(folder.uri.path)))
    .sort((one, other) => other.uri.path.length - one.uri.path.length);
  for (const folder of above) {
    const status = deps.targets.statusOf(folder);
    if (status.kind === 'known') return { folder, setup: folderSetup(deps, folder, status.target) };
  }
  return undefined;
}

function asBase(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
