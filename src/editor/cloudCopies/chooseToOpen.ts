import { l10n, window } from 'vscode';
import { formatBytes, formatCount } from '../format/quantity';
import type { FoundCopy } from './findCopies';
import { saveCopy, type SaveCopyDeps } from './saveCopy';

/**
 * Those of the copies that are to be opened. Much is asked about; what is too much to be opened
 * can be saved to a place instead.
 */
export async function chooseToOpen(
  deps: SaveCopyDeps,
  copies: readonly FoundCopy[],
): Promise<readonly FoundCopy[]> {
  const isTooLarge = ({ copy }: FoundCopy): boolean => copy.size > largestToOpen;
  for (const found of copies.filter(isTooLarge)) await offerToSave(deps, found);
  const rest = copies.filter(found => !isTooLarge(found));
  const bytes = rest.reduce((sum, { copy }) => sum + copy.size, 0);
  if (bytes <= opensUnasked) return rest;
  const download = l10n.t('Download');
  const answer = await window.showWarningMessage(question(rest, bytes), { modal: true }, download);
  return answer === download ? rest : [];
}

/** Copies above it are not opened, but can be saved to a place. */
export const largestToOpen = 50 << 20;

const opensUnasked = 5 << 20;

async function offerToSave(deps: SaveCopyDeps, found: FoundCopy): Promise<void> {
  const save = l10n.t('Save As…');
  const answer = await window.showWarningMessage(
    l10n.t(
      'The cloud copy of “{0}” has {1}, which is too large to be opened from there.',
      found.place.path,
      formatBytes(found.copy.size),
    ),
    { modal: true, detail: l10n.t('It can be saved to a place on the disk instead.') },
    save,
  );
  if (answer === save) await saveCopy(deps, found);
}

function question(copies: readonly FoundCopy[], bytes: number): string {
  const [only] = copies;
  return copies.length === 1 && only !== undefined
    ? l10n.t(
        'Download the cloud copy of “{0}” to open it? It has {1}.',
        only.place.path,
        formatBytes(bytes),
      )
    : l10n.t(
        'Download {0} cloud copies to open them? They have {1}.',
        formatCount(copies.length),
        formatBytes(bytes),
      );
}
