import { l10n, window } from 'vscode';
import { Failed } from '../failed';
import { formatBytes, formatCount } from '../quantity';
import type { FoundCopy } from './findCopies';

/** Asks before much is downloaded to be looked at. Throws `too-large-to-open` for what is too much. */
export async function agreeToDownload(copies: readonly FoundCopy[]): Promise<boolean> {
  const tooLarge = copies.find(({ copy }) => copy.size > largestToOpen);
  if (tooLarge !== undefined) {
    const { place, copy } = tooLarge;
    throw Failed.of('too-large-to-open', place.path, formatBytes(copy.size));
  }
  const bytes = copies.reduce((sum, { copy }) => sum + copy.size, 0);
  if (bytes <= opensUnasked) return true;
  const download = l10n.t('Download');
  const answer = await window.showWarningMessage(
    question(copies, bytes),
    { modal: true },
    download,
  );
  return answer === download;
}

/** Copies above it are not opened, but can be saved to a place. */
export const largestToOpen = 50 << 20;

const opensUnasked = 5 << 20;

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
