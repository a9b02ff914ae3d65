import { l10n, window } from 'vscode';
import type { FilePath, FolderSetup } from '../../protocol/folders';
import { conflicts as findConflicts, type ChosenRequest } from '../../protocol/plans';
import type { NodeId } from '../../protocol/rows';
import { backUpMine, type BackUpDeps } from '../backUp/backUp';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { viewId } from '../contributions/manifest';
import { restoreTheirs, type RestoreFilesDeps } from '../restore/restoreFiles';
import { chosenScopes } from '../selection/chosenScopes';
import type { Everything, Selection } from '../selection/selection';
import { type GroupNode, conflictGroup } from '../view/treeNode';
import { askAboutAll, askAboutOne, type Decision, type OpenConflict } from './askDecision';

interface ResolveConflictsDeps extends BackUpDeps, RestoreFilesDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
}

/**
 * Resolves conflicts as the user decides, all at once or one by one. A local file replaces a cloud
 * copy only if it is still the one that was shown.
 */
export async function resolveConflicts(
  deps: ResolveConflictsDeps,
  meant: Selection | Everything,
): Promise<void> {
  const selection = meant.kind === 'everything' ? allConflicts(deps) : meant;
  const chosen = await chosenScopes(deps, selection);
  const found = await conflictsIn(deps, chosen);
  if (found.length === 0) {
    void window.showInformationMessage(
      l10n.t('None of these files is known to have been changed in the cloud.'),
    );
    return;
  }
  const decisions = await decide(found);
  if (decisions === undefined) return;
  const setups = chosen.map(({ setup }) => setup);
  const decided = (decision: Decision) =>
    setups.flatMap(setup => {
      const own = found.filter(conflict => conflict.setup === setup);
      const files = own.filter(conflict => decisions.get(conflict) === decision);
      return files.length === 0 ? [] : [{ setup, files }];
    });
  await backUpMine(
    deps,
    decided('mine').map(({ setup, files }) => ({
      setup,
      scope: { kind: 'mine', files: files.map(({ path, etag }) => ({ path, etag })) },
    })),
  );
  await restoreTheirs(
    deps,
    decided('theirs').map(({ setup, files }) => ({
      setup,
      scope: { kind: 'nodes', nodes: files.map(({ path }) => placeOf(setup, path)) },
    })),
  );
}

function placeOf({ id: folder }: FolderSetup, path: FilePath): NodeId {
  return { folder, group: 'changed-in-cloud', path };
}

interface FoundConflict extends OpenConflict {
  readonly setup: FolderSetup;
}

async function conflictsIn(
  { engine, operations }: ResolveConflictsDeps,
  chosen: ChosenRequest['folders'],
): Promise<readonly FoundConflict[]> {
  const folders = await window.withProgress({ location: { viewId } }, () =>
    operations.run(token => engine.sendRequest(findConflicts, { folders: chosen }, token)),
  );
  return folders.flatMap(({ conflicts, keepsVersions }, index) => {
    const setup = chosen[index]?.setup;
    return setup === undefined
      ? []
      : conflicts.map(conflict => ({ ...conflict, keepsVersions, setup }));
  });
}

/** Returns `undefined` if the user stops; then none of the decisions is carried out. */
async function decide(
  found: readonly FoundConflict[],
): Promise<ReadonlyMap<OpenConflict, Decision> | undefined> {
  if (found.length > 1) {
    const decision = await askAboutAll(found);
    if (decision !== 'one-by-one') return new Map(found.map(conflict => [conflict, decision]));
  }
  const decisions = new Map<OpenConflict, Decision>();
  for (const [index, conflict] of found.entries()) {
    const decision = await askAboutOne(conflict, { number: index + 1, of: found.length });
    if (decision === undefined) return undefined;
    decisions.set(conflict, decision);
  }
  return decisions;
}

function allConflicts({ engine }: ResolveConflictsDeps): Selection {
  const nodes: readonly GroupNode[] = engine.state.comparisons
    .filter(({ groups }) => groups['changed-in-cloud'].files > 0)
    .map(({ folder }) => conflictGroup(folder));
  return { kind: 'nodes', nodes };
}
