import { commands } from 'vscode';
import type { Selection } from '../selection/selection';
import { chooseToOpen } from './chooseToOpen';
import { documentOf, findCopies, type FoundCopy, type FindCopiesDeps } from './findCopies';
import type { SaveCopyDeps } from './saveCopy';

export type OpenCloudCopyDeps = FindCopiesDeps & SaveCopyDeps;

/** Opens cloud copies, read-only, each in the editor for its kind of file. */
export async function openCloudCopy(deps: OpenCloudCopyDeps, selection: Selection): Promise<void> {
  await openCopies(deps, await findCopies(deps, selection));
}

export async function openCopies(
  deps: OpenCloudCopyDeps,
  found: readonly FoundCopy[],
): Promise<void> {
  const copies = await chooseToOpen(deps, found);
  // Of several, none takes the place of another one.
  const preview = copies.length === 1;
  for (const copy of copies) {
    await commands.executeCommand('vscode.open', documentOf(copy), { preview });
  }
}
