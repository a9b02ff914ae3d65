import { env, l10n } from 'vscode';
import { largestFiles } from '../format/largestFiles';
import { namedFiles } from '../format/namedFiles';
import { formatBytes, formatFiles } from '../format/quantity';
import { askBeforeLoss } from '../quickInput/askBeforeLoss';
import type { FreeUpSummary, FreeUpMethod, KeptReason } from '../../protocol/freeUp';
import { inGroup } from '../batch/reportWords';

/**
 * Shows which files would be removed, which are kept and why, and what to know about their cloud
 * copies. Returns the method that the user chooses, or `undefined`.
 */
export async function confirmFreeUp(summary: FreeUpSummary): Promise<FreeUpMethod | undefined> {
  const remove = l10n.t('Delete Permanently');
  const trash = l10n.t('Move to Trash');
  // A remote computer has no trash.
  const actions = env.remoteName === undefined ? [trash, remove] : [remove];
  const answer = await askBeforeLoss({
    question: question(summary),
    detail: detail(summary, actions.includes(trash) ? [trashText()] : []),
    keep: l10n.t('Keep Files'),
    actions,
  });
  if (answer === remove) return 'delete';
  return answer === trash ? 'trash' : undefined;
}

function question({ files, bytes, largest: [only] }: FreeUpSummary): string {
  const what = files === 1 && only !== undefined ? `“${only.path}”` : formatFiles(files);
  return l10n.t('Remove {0} ({1}) from this computer?', what, formatBytes(bytes));
}

function detail(
  { files, largest, kept, keepsVersions, otherAttributes }: FreeUpSummary,
  last: readonly string[],
): string {
  const parts: (readonly string[])[] = [
    [
      l10n.t(
        'These files are in the cloud, and “Restore from Cloud…” brings them back. Each one is checked again before it’s removed.',
      ),
    ],
  ];
  if (otherAttributes > 0) {
    parts.push([
      l10n.t(
        'The cloud copies do not carry the times and permissions that these files have here. Restored files get those of their copies, or else the time of the copy and the usual permissions.',
      ),
    ]);
  }
  if (!keepsVersions) {
    parts.push([
      l10n.t(
        'The bucket keeps no versions, so a copy that someone overwrites or deletes there is gone for good.',
      ),
    ]);
  }
  const named = largestFiles(
    largest.map(({ path, bytes }) => ({ name: path, bytes })),
    files,
  );
  if (named.length > 0) parts.push([l10n.t('The largest files:'), ...named]);
  if (kept.length > 0)
    parts.push([l10n.t('Not removed, besides the folders:'), ...keptLines(kept)]);
  else if (files > 1) parts.push([l10n.t('The folders stay, even where nothing is left in them.')]);
  if (last.length > 0) parts.push(last);
  return parts.map(lines => lines.join('\n')).join('\n\n');
}

function trashText(): string {
  return l10n.t('Files in the trash take up space until it is emptied.');
}

/** Lists the kept files, by reason. */
function keptLines(kept: FreeUpSummary['kept']): readonly string[] {
  return kept.flatMap(({ because, files, examples }) => [
    l10n.t('{0}:', keptText(because, formatFiles(files))),
    ...namedFiles(examples, files),
  ]);
}

/** Counts the kept files in one line, for a message that has no room for names. */
export function keptNumbers(kept: FreeUpSummary['kept']): string {
  return kept.map(({ because, files }) => keptText(because, formatFiles(files))).join(', ');
}

function keptText(because: KeptReason, files: string): string {
  switch (because) {
    case 'out-of-date':
    case 'missing-in-cloud':
    case 'changed-in-cloud':
    case 'unchecked':
      return inGroup(because, files);
    case 'not-proved':
      return l10n.t('{0} not proved, only up to date by name and time', files);
    case 'ignored':
      return l10n.t('{0} ignored, so not backed up', files);
    case 'ignore-file':
      return l10n.t('{0} with ignore rules', files);
    case 'archived':
      return l10n.t('{0} whose cloud copies are archived', files);
    case 'under-way':
      return l10n.t('{0} in progress', files);
  }
}
