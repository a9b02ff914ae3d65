import { commands } from 'vscode';
import type { Services } from '../services';
import type { Selection } from '../selection/selection';
import { chooseToOpen } from './chooseToOpen';
import { documentOf, findCopies, type FoundCopy } from './findCopies';

/** Opens cloud copies, read-only, each in the editor for its kind of file. */
export async function openCloudCopy(services: Services, selection: Selection): Promise<void> {
  await openCopies(services, await findCopies(services, selection));
}

export async function openCopies(services: Services, found: readonly FoundCopy[]): Promise<void> {
  const copies = await chooseToOpen(services, found);
  // Of several, none takes the place of another one.
  const preview = copies.length === 1;
  for (const copy of copies) {
    await commands.executeCommand('vscode.open', documentOf(copy), { preview });
  }
}
