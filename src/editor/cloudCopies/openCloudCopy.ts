import { posix } from 'node:path';
import { commands, l10n, window } from 'vscode';
import { documentOf, findCopies, type FoundCopy, type FindCopiesDeps } from './findCopies';
import type { RestoredCopies } from './restoredCopies';
import { type SaveCopyDeps, saveCopy } from './saveCopy';
import { formatTime } from '../format/pointInTime';
import { formatBytes, formatCount } from '../format/quantity';
import type { Selection } from '../selection/selection';

export interface OpenCloudCopyDeps extends FindCopiesDeps, SaveCopyDeps {
  readonly restoredCopies: RestoredCopies;
}

/** Opens cloud copies, read-only, each in the editor for its kind of file. */
export async function openCloudCopy(deps: OpenCloudCopyDeps, selection: Selection): Promise<void> {
  await openCopies(deps, await findCopies(deps, selection));
}

export async function openCopies(
  deps: OpenCloudCopyDeps,
  found: readonly FoundCopy[],
): Promise<void> {
  const copies = await chooseToOpen(deps, found);
  // Several copies must not replace each other as previews.
  const preview = copies.length === 1;
  for (const copy of copies) {
    const uri = documentOf(copy);
    deps.restoredCopies.ask([uri]);
    await commands.executeCommand('vscode.open', uri, { preview }, titleOf(copy));
  }
}

/** Tells the tab of a copy from that of the local file. */
function titleOf({ place: { path, versionId }, copy }: FoundCopy): string {
  const name = posix.basename(path);
  return versionId === undefined
    ? l10n.t('{0} (Cloud)', name)
    : l10n.t('{0} (Version of {1})', name, formatTime(copy.modifiedAtMs));
}

/**
 * Returns the copies to open. Asks before a large download, and offers to save copies that are too
 * large to be opened.
 */
export async function chooseToOpen(
  deps: SaveCopyDeps,
  copies: readonly FoundCopy[],
): Promise<readonly FoundCopy[]> {
  const isTooLarge = ({ copy }: FoundCopy): boolean => copy.size > maxOpenBytes;
  for (const found of copies.filter(isTooLarge)) await offerToSave(deps, found);
  const rest = copies.filter(found => !isTooLarge(found));
  const bytes = rest.reduce((sum, { copy }) => sum + copy.size, 0);
  if (bytes <= maxUnaskedBytes) return rest;
  const download = l10n.t('Download');
  const answer = await window.showWarningMessage(question(rest, bytes), { modal: true }, download);
  return answer === download ? rest : [];
}

/** Larger copies are not opened, but can be saved. */
export const maxOpenBytes = 50 << 20;

const maxUnaskedBytes = 5 << 20;

async function offerToSave(deps: SaveCopyDeps, found: FoundCopy): Promise<void> {
  const save = l10n.t('Save As…');
  const answer = await window.showWarningMessage(
    l10n.t(
      'The cloud copy of “{0}” is {1}, too large to open directly.',
      found.place.path,
      formatBytes(found.copy.size),
    ),
    { modal: true, detail: l10n.t('You can save it to the disk instead.') },
    save,
  );
  if (answer === save) await saveCopy(deps, found);
}

function question(copies: readonly FoundCopy[], bytes: number): string {
  const [only] = copies;
  return copies.length === 1 && only !== undefined
    ? l10n.t(
        'Download the cloud copy of “{0}” to open it? It is {1}.',
        only.place.path,
        formatBytes(bytes),
      )
    : l10n.t(
        'Download {0} cloud copies to open them? Together they are {1}.',
        formatCount(copies.length),
        formatBytes(bytes),
      );
}
