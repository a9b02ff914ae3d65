import { rm, stat, lstat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileName } from '../disk/filePath';
import { HeldFolder } from '../disk/heldFolder';
import { renameNoReplace, type Placeholder } from '../disk/rename';
import { isStagedFile, type StagedFile } from '../disk/stagedFile';
import { syncFolder } from '../disk/writeFile';
import { hasCode } from '../failures/systemCode';
import { locateStagedFiles } from './locateStagedFiles';
import { restoreName } from './restoreDisplaced';
import { openAbandonedJournals, type AbandonedJournal } from './stagingJournal';
import type { FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';

/** What became of a file that an engine left behind. */
export type Recovery =
  /** `finished`: the user's file had made way for it, and now it has the name. */
  | { readonly kind: 'removed' | 'put-back' | 'finished'; readonly file: StagedFile }
  /** Another file has its name now: it has a conflict name beside that one. */
  | { readonly kind: 'kept-beside'; readonly file: StagedFile; readonly keptAs: FilePath }
  /** The next start tries again. */
  | { readonly kind: 'left'; readonly file: StagedFile; readonly why: unknown }
  /** `path`, absolute, is the user's; the placeholder reserved it. */
  | { readonly kind: 'placeholder-removed'; readonly path: string }
  | { readonly kind: 'placeholder-left'; readonly path: string; readonly why: unknown }
  | { readonly kind: 'journal-unreadable'; readonly journal: string; readonly why: unknown };

/**
 * Clears up after engines that were killed: removes temporary files, and gives displaced files their
 * names back without ever replacing another file. It leaves the files of engines in other windows
 * alone. What fails, or is not done when the signal aborts, remains for the next start. Throws if
 * the folder of the journals cannot be read.
 */
export async function recoverStagedFiles(
  journals: string,
  onRecovered: (recovery: Recovery) => void,
  signal: AbortSignal,
): Promise<void> {
  const onUnreadable = (journal: string, why: unknown) => {
    onRecovered({ kind: 'journal-unreadable', journal, why });
  };
  const abandoned = openAbandonedJournals(journals, onUnreadable);
  try {
    for (const journal of abandoned) await removePlaceholders(journal, onRecovered, signal);
    const journalOf = new Map<StagedFile, AbandonedJournal>();
    for (const journal of abandoned) {
      // What was the user's comes first to its name.
      const displacedFirst = journal.files.toSorted((one, other) => rank(one) - rank(other));
      for (const file of displacedFirst) {
        const why = await reasonToLeave(file);
        if (why === undefined) journalOf.set(file, journal);
        else onRecovered({ kind: 'left', file, why });
      }
    }
    for await (const { noted, now } of locateStagedFiles([...journalOf.keys()], signal)) {
      const journal = journalOf.get(noted);
      if (journal === undefined) continue;
      try {
        // If it is nowhere, it was never made, or the user has deleted it.
        if (now !== undefined) onRecovered(await recover(now, journal));
        journal.end(noted);
      } catch (why) {
        onRecovered({ kind: 'left', file: noted, why });
      }
      if (signal.aborted) break;
    }
  } finally {
    for (const journal of abandoned) journal.close(onUnreadable);
  }
}

function rank({ kind }: StagedFile): number {
  return kind === 'displaced' ? 0 : 1;
}

/** Describes a recovery in one line, for the log. */
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
    case 'finished':
      return { level: 'info', message: `${was} is ${path} now, which was being replaced.` };
    case 'kept-beside':
      return {
        level: 'warning',
        message: `${was} was ${path}, where another file is now. It is kept as ${recovery.keptAs}.`,
      };
    case 'left':
      return { level: 'error', message: `${was} is still there: ${String(recovery.why)}` };
  }
}

/** Call it before the displaced files are renamed: they need the names that placeholders reserve. */
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
  if (!isStagedFile(stagedPath)) return new Error(`${stagedPath} is no staged file.`);
  try {
    // If the disk is not mounted, nobody knows which of its files are still there.
    await stat(root);
    return undefined;
  } catch (why) {
    return why;
  }
}

async function recover(file: StagedFile, journal: AbandonedJournal): Promise<Recovery> {
  // What lies behind a link that took the folder's place is nobody's but its owner's.
  const folder = new HeldFolder(file.root, file.stagedPath);
  try {
    return await recoverIn(folder, file, journal);
  } finally {
    folder.close();
  }
}

async function recoverIn(
  folder: HeldFolder,
  file: StagedFile,
  journal: AbandonedJournal,
): Promise<Recovery> {
  const from = fileName(file.stagedPath);
  if (file.kind === 'displaced') {
    const keptAs = await restoreName(file, folder, journal);
    if (keptAs === undefined) return { kind: 'put-back', file };
    return { kind: 'kept-beside', file, keptAs };
  }
  if (file.kind === 'complete') {
    // Its name is free if the user's file has gone to the trash, or has a conflict name.
    const renaming = { from, to: fileName(file.path), isNeeded: true };
    const outcome = await renameNoReplace(folder, renaming, journal);
    if (outcome === 'moved') return { kind: 'finished', file };
  }
  await rm(folder.at(from));
  await folder.sync();
  return { kind: 'removed', file };
}

/**
 * Removes an abandoned placeholder, and no other file: if its source is gone, the placeholder was
 * replaced; an empty file with another time is not the placeholder.
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
  const folder = dirname(path);
  await syncFolder(folder, folder);
  return 'removed';
}

/** FAT keeps times in steps of two seconds, and the clock of a network disk may differ. */
const maxAgeDifferenceMs = 10_000;

async function statIfThere(absolute: string) {
  try {
    return await lstat(absolute);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
