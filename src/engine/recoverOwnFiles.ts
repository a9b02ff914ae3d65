import { rm, stat } from 'node:fs/promises';
import type { FilePath, LogEntry } from '../protocol';
import { toAbsolutePath } from './filePath';
import { keepBeside } from './keepBeside';
import { locateOwnFile } from './locateOwnFile';
import { moveIfFree } from './moveIfFree';
import { abandonedJournals } from './ownFileJournal';
import { isOwnFile, type OwnFile } from './ownFiles';

/** What became of a file of our own that an engine left behind. */
export type Recovery =
  | { readonly kind: 'removed' | 'put-back'; readonly file: OwnFile }
  /** Another file has taken its name meanwhile: both are there now. */
  | { readonly kind: 'kept-beside'; readonly file: OwnFile; readonly keptAs: FilePath }
  /** It is looked after again the next time. */
  | { readonly kind: 'left'; readonly file: OwnFile; readonly why: unknown }
  | { readonly kind: 'journal-unreadable'; readonly journal: string; readonly why: unknown };

/**
 * Clears up after engines that ended in the middle of their work: temporary files are removed, and
 * the user's own get their names back, never in the place of a file that is there now. Engines that
 * still live, in other windows, are left alone.
 */
export async function recoverOwnFiles(
  journals: string,
  onRecovered: (recovery: Recovery) => void,
): Promise<void> {
  const unreadable = (journal: string, why: unknown): void => {
    onRecovered({ kind: 'journal-unreadable', journal, why });
  };
  for (const journal of abandonedJournals(journals, unreadable)) {
    for (const file of journal.files) {
      try {
        const recovery = await recover(file);
        if (recovery !== undefined) onRecovered(recovery);
        journal.end(file);
      } catch (why) {
        onRecovered({ kind: 'left', file, why });
      }
    }
  }
}

/** What was recovered in one line, for the log. */
export function describeRecovery(recovery: Recovery): LogEntry {
  if (recovery.kind === 'journal-unreadable') {
    const { journal, why } = recovery;
    return { level: 'error', message: `The journal ${journal} cannot be read: ${String(why)}` };
  }
  const { root, path, ownPath } = recovery.file;
  const was = `Left over in ${root}: ${ownPath}`;
  switch (recovery.kind) {
    case 'removed':
      return { level: 'info', message: `${was} was removed.` };
    case 'put-back':
      return { level: 'info', message: `${was} is ${path} again.` };
    case 'kept-beside':
      return {
        level: 'warning',
        message: `${was} was ${path}, where another file is now. It is kept as ${recovery.keptAs}.`,
      };
    case 'left':
      return { level: 'error', message: `${was} is still there: ${String(recovery.why)}` };
  }
}

/** `undefined` where there is nothing to do: the file was never made, or is gone rightly. */
async function recover(noted: OwnFile): Promise<Recovery | undefined> {
  if (!isOwnFile(noted.ownPath)) throw new Error(`${noted.ownPath} is no file of ours.`);
  // A disk that is not there today says nothing of what is on it.
  await stat(noted.root);
  const file = await locateOwnFile(noted);
  if (file === undefined) return undefined;
  const { kind, root, path, ownPath } = file;
  const own = toAbsolutePath(root, ownPath);
  if (kind === 'temporary') {
    await rm(own);
    return { kind: 'removed', file };
  }
  const outcome = await moveIfFree(own, toAbsolutePath(root, path));
  if (outcome === 'moved') return { kind: 'put-back', file };
  return { kind: 'kept-beside', file, keptAs: await keepBeside(root, ownPath, path, new Date()) };
}
