import { rm, stat, lstat, unlink } from 'node:fs/promises';
import { toAbsolutePath } from '../disk/filePath';
import { renameNoReplace, renameToConflictName, type Placeholder } from '../disk/rename';
import { isStagedFile, type StagedFile } from '../disk/stagedFile';
import { hasCode } from '../failures/systemCode';
import { locateOwnFiles } from './locateStagedFile';
import { openAbandonedJournals, type AbandonedJournal } from './stagingJournal';
import type { FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';

/** What became of a file of our own that an engine left behind. */
export type Recovery =
  | { readonly kind: 'removed' | 'put-back'; readonly file: StagedFile }
  /** Another file has taken its name meanwhile: both are there now. */
  | { readonly kind: 'kept-beside'; readonly file: StagedFile; readonly keptAs: FilePath }
  /** It is looked after again the next time. */
  | { readonly kind: 'left'; readonly file: StagedFile; readonly why: unknown }
  /** Of the empty file at an absolute path, which held a name of the user's. */
  | { readonly kind: 'placeholder-removed'; readonly path: string }
  | { readonly kind: 'placeholder-left'; readonly path: string; readonly why: unknown }
  | { readonly kind: 'journal-unreadable'; readonly journal: string; readonly why: unknown };

/**
 * Clears up after engines that ended in the middle of their work: temporary files are removed, and
 * the user's own get their names back, never in the place of a file that is there now. Engines that
 * still live, in other windows, are left alone. What is not done when the signal comes, and what
 * fails, is for the next start. Throws where the folder of the journals cannot be read.
 */
export async function recoverStagedFiles(
  journals: string,
  onRecovered: (recovery: Recovery) => void,
  signal: AbortSignal,
): Promise<void> {
  const abandoned = openAbandonedJournals(journals, (journal, why) => {
    onRecovered({ kind: 'journal-unreadable', journal, why });
  });
  try {
    for (const journal of abandoned) await removePlaceholders(journal, onRecovered, signal);
    const journalOf = new Map<StagedFile, AbandonedJournal>();
    for (const journal of abandoned) {
      for (const file of journal.files) {
        const why = await reasonToLeave(file);
        if (why === undefined) journalOf.set(file, journal);
        else onRecovered({ kind: 'left', file, why });
      }
    }
    for await (const { noted, now } of locateOwnFiles([...journalOf.keys()], signal)) {
      const journal = journalOf.get(noted);
      if (journal === undefined) continue;
      try {
        // Where it is nowhere, it was never made, or is gone rightly.
        if (now !== undefined) onRecovered(await recover(now, journal));
        journal.end(noted);
      } catch (why) {
        onRecovered({ kind: 'left', file: noted, why });
      }
      if (signal.aborted) break;
    }
  } finally {
    for (const journal of abandoned) journal.close();
  }
}

/** What was recovered in one line, for the log. */
export function describeRecovery(recovery: Recovery): LogEntry {
  switch (recovery.kind) {
    case 'journal-unreadable': {
      const { journal, why } = recovery;
      return { level: 'error', message: `The journal ${journal} cannot be read: ${String(why)}` };
    }
    case 'placeholder-removed':
      return { level: 'info', message: `Left over and empty, it was removed: ${recovery.path}` };
    case 'placeholder-left': {
      const { path, why } = recovery;
      return { level: 'error', message: `Left over, empty, still there: ${path}: ${String(why)}` };
    }
    default:
      return describeFile(recovery);
  }
}

function describeFile(recovery: Extract<Recovery, { readonly file: StagedFile }>): LogEntry {
  const { root, path, stagedPath } = recovery.file;
  const was = `Left over in ${root}: ${stagedPath}`;
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

/** They go first: the files that waited for their names are to find them free. */
async function removePlaceholders(
  journal: AbandonedJournal,
  onRecovered: (recovery: Recovery) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const placeholder of journal.placeholders) {
    if (signal.aborted) return;
    const { path } = placeholder;
    try {
      const outcome = await removePlaceholder(placeholder);
      if (outcome === 'removed') onRecovered({ kind: 'placeholder-removed', path });
      journal.endPlaceholder(placeholder);
    } catch (why) {
      onRecovered({ kind: 'placeholder-left', path, why });
    }
  }
}

async function reasonToLeave({ root, stagedPath }: StagedFile): Promise<unknown> {
  if (!isStagedFile(stagedPath)) return new Error(`${stagedPath} is no file of ours.`);
  try {
    // A disk that is not there today says nothing of what is on it.
    await stat(root);
    return undefined;
  } catch (why) {
    return why;
  }
}

async function recover(file: StagedFile, journal: AbandonedJournal): Promise<Recovery> {
  const { kind, root, path, stagedPath } = file;
  const own = toAbsolutePath(root, stagedPath);
  if (kind === 'temporary') {
    await rm(own);
    return { kind: 'removed', file };
  }
  const outcome = await renameNoReplace(own, toAbsolutePath(root, path), journal);
  if (outcome === 'moved') return { kind: 'put-back', file };
  const keptAs = await renameToConflictName(file, { at: new Date(), word: 'kept' }, journal);
  return { kind: 'kept-beside', file, keptAs };
}

/**
 * Removes a placeholder that was left behind, and nothing else: if its source is gone, the
 * placeholder was replaced; an empty file that was made at another time is somebody else's.
 */
export async function removePlaceholder({
  path,
  source,
  notedAt,
}: Placeholder): Promise<'removed' | 'none'> {
  const [empty, waitingSource] = await Promise.all([statIfThere(path), statIfThere(source)]);
  if (empty?.isFile() !== true || empty.size > 0 || waitingSource === undefined) return 'none';
  if (Math.abs(empty.mtimeMs - notedAt) > maxAgeDifferenceMs) return 'none';
  await unlink(path);
  return 'removed';
}

/** Some file systems keep times in steps of two seconds. */
const maxAgeDifferenceMs = 10_000;

async function statIfThere(absolute: string) {
  try {
    return await lstat(absolute);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
