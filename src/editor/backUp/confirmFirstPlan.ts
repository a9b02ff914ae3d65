import { l10n, window, type Memento } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { PlanSummary } from '../../protocol/plans';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { replacementWords } from '../batch/replacementWords';

export type PlanAnswer = 'back-up' | 'choose' | 'cancel';

/** Whether everything of one of these folders would go to its target for the first time. */
export function isFirstPlan(memory: Memento, setups: readonly FolderSetup[]): boolean {
  return setups.some(setup => memory.get(memoryKey(setup)) === undefined);
}

/**
 * Shows what a plan would send and to where: gigabytes of the wrong folder are the commonest first
 * mistake. A target that was agreed to is not asked about again.
 */
export async function confirmFirstPlan(
  memory: Memento,
  summary: PlanSummary,
  setups: readonly FolderSetup[],
): Promise<PlanAnswer> {
  const backUp = l10n.t('Back Up');
  const choose = l10n.t('Choose Files…');
  const { files, bytes } = summary;
  const answer = await window.showWarningMessage(
    l10n.t('Back up {0} ({1}) to {2}?', formatFiles(files), formatBytes(bytes), whereTo(setups)),
    { modal: true, detail: detail(summary, setups) },
    backUp,
    choose,
  );
  if (answer === choose) return 'choose';
  if (answer !== backUp) return 'cancel';
  for (const setup of setups) await memory.update(memoryKey(setup), Date.now());
  return 'back-up';
}

function memoryKey({ id, settings, bucket, prefix }: FolderSetup): string {
  const endpoint = settings['endpoint'];
  return `planConfirmed:${JSON.stringify([id, endpoint ?? '', bucket, prefix])}`;
}

function whereTo(setups: readonly FolderSetup[]): string {
  return setups.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`).join(', ');
}

function detail(
  { preview, unknownOrigin, files }: PlanSummary,
  setups: readonly FolderSetup[],
): string {
  const { requests, largest, bulky } = preview;
  const nameOf = (folder: string): string => {
    const name = setups.find(({ id }) => id === folder)?.name;
    return setups.length === 1 || name === undefined ? '' : `${name}/`;
  };
  const parts: string[][] = [
    [l10n.t('This takes about {0} requests to the store.', formatCount(requests))],
  ];
  if (bulky.length > 0) {
    parts.push([
      l10n.t(
        'These folders look as if what is in them could be made or fetched again. To leave them out, name them in a file “.s3backupignore” or in the setting “s3Backup.exclude”:',
      ),
      ...bulky.map(
        ({ folder, path, kind, files: count, bytes }) =>
          `• ${nameOf(folder)}${path} (${kindText(kind)}): ${formatFiles(count)}, ${formatBytes(bytes)}`,
      ),
    ]);
  }
  if (files > 1) {
    parts.push([
      l10n.t('The largest files:'),
      ...largest.map(({ folder, path, bytes }) => {
        return `• ${nameOf(folder)}${path}: ${formatBytes(bytes)}`;
      }),
    ]);
  }
  if (unknownOrigin.files > 0) {
    const { copies, kept } = replacementWords(unknownOrigin);
    parts.push([
      unknownOrigin.files === 1
        ? l10n.t('One cloud copy is replaced that is not known to be an earlier state of its file:')
        : l10n.t(
            '{0} cloud copies are replaced that are not known to be earlier states of their files:',
            formatCount(unknownOrigin.files),
          ),
      ...copies,
      kept,
    ]);
  }
  return parts.map(lines => lines.join('\n')).join('\n\n');
}

function kindText(kind: 'build-output' | 'dependencies'): string {
  return kind === 'dependencies' ? l10n.t('dependencies') : l10n.t('build output');
}
