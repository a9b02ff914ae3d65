import { l10n, window, type MessageItem } from 'vscode';
import type { ConflictChoice, ConflictChoices, RestoreConflict } from '../../protocol/restore';
import { sideText } from '../view/sideText';
import { replacingOutcome } from './replacingOutcome';

/** Asks about each local file that is in the way; `undefined` where the user would stop. */
export async function askAboutEach(
  planId: number,
  conflicts: readonly RestoreConflict[],
): Promise<ConflictChoices | undefined> {
  const except: ConflictChoices['except'][number][] = [];
  for (const [index, conflict] of conflicts.entries()) {
    const choice = await askAbout(conflict, index + 1, conflicts.length);
    if (choice === undefined) return undefined;
    const { folder, path } = conflict;
    except.push({ folder, path, choice });
  }
  return { planId, choice: 'skip', except };
}

async function askAbout(
  { path, local, cloud }: RestoreConflict,
  number: number,
  of: number,
): Promise<ConflictChoice | undefined> {
  const what = l10n.t('“{0}” is here too, and different.', path);
  const text = of === 1 ? what : l10n.t('{0} of {1}: {2}', number, of, what);
  const detail = [
    l10n.t('Here: {0}', sideText(local)),
    l10n.t('In the cloud: {0}', sideText(cloud)),
    '',
    replacingOutcome(),
  ].join('\n');
  const buttons: readonly (MessageItem & { readonly choice: ConflictChoice })[] = [
    // The first one answers to Enter: it takes nothing away.
    { title: l10n.t('Keep Both'), choice: 'keep-both' },
    { title: l10n.t('Replace'), choice: 'replace' },
    // Of one file alone, skipping it is cancelling.
    ...(of === 1 ? [] : [{ title: l10n.t('Skip'), choice: 'skip' as const }]),
  ];
  return (await window.showWarningMessage(text, { modal: true, detail }, ...buttons))?.choice;
}
