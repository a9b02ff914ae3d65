import { commands } from 'vscode';
import type { Parts } from '../services';
import type { Selection } from '../selection/selection';
import { chooseToOpen } from './chooseToOpen';
import { documentOf, findCopies, type FoundCopy } from './findCopies';

/** Opens cloud copies, read-only, each in the editor for its kind of file. */
export async function openCloudCopy(parts: Parts, selection: Selection): Promise<void> {
  await openCopies(parts, await findCopies(parts, selection));
}

export async function openCopies(parts: Parts, found: readonly FoundCopy[]): Promise<void> {
  const copies = await chooseToOpen(parts, found);
  // Of several, none takes the place of another one.
  const preview = copies.length === 1;
  for (const copy of copies) {
    await commands.executeCommand('vscode.open', documentOf(copy), { preview });
  }
}
