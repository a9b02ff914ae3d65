import { posix } from 'node:path';
import { commands, l10n, type Uri } from 'vscode';
import { existingUri } from '../view/fileLocation';
import { formatTime } from '../format/pointInTime';
import { formatFiles } from '../format/quantity';
import type { Selection } from '../selection/selection';
import { openCopies, type OpenCloudCopyDeps, chooseToOpen } from './openCloudCopy';
import { documentOf, findCopies, type FoundCopy } from './findCopies';

/** Shows the differences between cloud copies and local files; several files in one editor. */
export async function compareWithCloud(
  deps: OpenCloudCopyDeps,
  selection: Selection,
): Promise<void> {
  await compareCopies(deps, await findCopies(deps, selection));
}

/** Shows only the copy if there is no local file to compare it with. */
export async function compareCopies(
  deps: OpenCloudCopyDeps,
  copies: readonly FoundCopy[],
): Promise<void> {
  const pairs: Pair[] = [];
  const single: FoundCopy[] = [];
  for (const found of copies) {
    const local = await existingUri(found.place.setup.id, found.place.path);
    if (local === undefined) single.push(found);
    else pairs.push({ found, cloud: documentOf(found), local });
  }
  const chosen = await chooseToOpen(
    deps,
    pairs.map(({ found }) => found),
  );
  const shown = pairs.filter(({ found }) => chosen.includes(found));
  deps.restoredCopies.ask(shown.map(({ cloud }) => cloud));
  await showPairs(shown);
  await openCopies(deps, single);
}

interface Pair {
  readonly found: FoundCopy;
  readonly cloud: Uri;
  readonly local: Uri;
}

async function showPairs(pairs: readonly Pair[]): Promise<void> {
  const [first] = pairs;
  if (first === undefined) return;
  if (pairs.length === 1) {
    await commands.executeCommand('vscode.diff', first.cloud, first.local, titleOf(first.found));
    return;
  }
  const title = l10n.t('Cloud ↔ Local ({0})', formatFiles(pairs.length));
  const resources = pairs.map(({ cloud, local }) => [local, cloud, local]);
  await commands.executeCommand('vscode.changes', title, resources);
}

function titleOf({ place: { path, versionId }, copy }: FoundCopy): string {
  const name = posix.basename(path);
  return versionId === undefined
    ? l10n.t('{0} (Cloud ↔ Local)', name)
    : l10n.t('{0} (Version of {1} ↔ Local)', name, formatTime(copy.modifiedAtMs));
}
