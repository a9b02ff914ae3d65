import { l10n, window, type MessageItem, env } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type {
  ConflictChoice,
  ConflictChoices,
  RestoreSummary,
  RestoreConflict,
} from '../../protocol/restore';
import { failureText } from '../failures/failureMessage';
import { namedFiles } from '../format/namedFiles';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { targetText } from '../targets/target';
import { sideText } from '../view/verdictWords';

/**
 * Shows what a restore would download, and which local files are in its way. No local file is
 * replaced without the user's choice. Returns `undefined` if the user cancels.
 */
export async function confirmRestore(
  summary: RestoreSummary,
  setups: readonly FolderSetup[],
): Promise<ConflictChoices | undefined> {
  const { planId, conflicts } = summary;
  const choices = (choice: ConflictChoice): ConflictChoices => ({ planId, choice, except: [] });
  if (conflicts.files === 0) {
    // The user has just pointed at this single file, and nothing is in its way.
    if (isSmallStep(summary)) return choices('skip');
    return (await agree(summary, setups)) ? choices('skip') : undefined;
  }
  const [only] = conflicts.examples;
  if (summary.files === 1 && only !== undefined) return askAboutEach(planId, [only]);
  const answer = await askAboutAll(summary, setups);
  return answer === 'one-by-one'
    ? askAboutEach(planId, conflicts.examples)
    : answer && choices(answer);
}

function isSmallStep({ files, bytes, archived, refused }: RestoreSummary): boolean {
  return files === 1 && bytes < minBytesToAsk && archived === 0 && refused.files === 0;
}

const minBytesToAsk = 50 << 20;

async function agree(summary: RestoreSummary, setups: readonly FolderSetup[]): Promise<boolean> {
  const restore = l10n.t('Restore');
  const options = { modal: true, detail: detailText(summary) };
  return (await window.showWarningMessage(question(summary, setups), options, restore)) === restore;
}

async function askAboutAll(
  summary: RestoreSummary,
  setups: readonly FolderSetup[],
): Promise<ConflictChoice | 'one-by-one' | undefined> {
  const { files, examples } = summary.conflicts;
  const buttons: readonly (MessageItem & { readonly answer: ConflictChoice | 'one-by-one' })[] = [
    // Enter presses the first button, which removes nothing.
    { title: l10n.t('Keep Both'), answer: 'keep-both' },
    { title: l10n.t('Replace'), answer: 'replace' },
    { title: l10n.t('Skip'), answer: 'skip' },
    // The plan names only some conflicts if there are many; only these can be asked about.
    ...(files > 1 && files === examples.length
      ? [{ title: l10n.t('One by One…'), answer: 'one-by-one' as const }]
      : []),
  ];
  const options = { modal: true, detail: detailText(summary) };
  const text = question(summary, setups);
  return (await window.showWarningMessage(text, options, ...buttons))?.answer;
}

function question({ files, bytes }: RestoreSummary, setups: readonly FolderSetup[]): string {
  return l10n.t(
    'Restore {0} ({1}) from {2}?',
    formatFiles(files),
    formatBytes(bytes),
    setups.map(setup => `s3://${targetText(setup)}`).join(', '),
  );
}

function detailText({ files: total, conflicts, archived, refused }: RestoreSummary): string {
  const parts: (readonly string[])[] = [];
  if (conflicts.files > 0) {
    parts.push([
      conflictText(conflicts, total),
      ...namedFiles(
        conflicts.examples.map(({ path }) => path),
        conflicts.files,
      ),
      '',
      outcomeOfReplacedHere(),
    ]);
  } else {
    parts.push([l10n.t('No local files will be replaced.')]);
  }
  if (archived > 0) {
    parts.push([
      l10n.t(
        '{0} are archived. Those that cannot be read right away can be requested afterwards.',
        formatFiles(archived),
      ),
    ]);
  }
  if (refused.files > 0) {
    parts.push([
      l10n.t('{0} cannot be restored here and stay in the cloud only:', formatFiles(refused.files)),
      ...namedFiles(
        refused.examples.map(({ path, failure }) => `${path}: ${failureText(failure)}`),
        refused.files,
      ),
    ]);
  }
  return parts.map(lines => lines.join('\n')).join('\n\n');
}

function conflictText({ files, newerHere }: RestoreSummary['conflicts'], total: number): string {
  if (files === 1) {
    return newerHere === 1
      ? l10n.t('One of them already exists here, newer and with different content:')
      : l10n.t('One of them already exists here with different content:');
  }
  if (newerHere === files) {
    return l10n.t(
      '{0} of {1} already exist here, newer and with different content:',
      formatCount(files),
      formatCount(total),
    );
  }
  return newerHere === 0
    ? l10n.t(
        '{0} of {1} already exist here with different content:',
        formatCount(files),
        formatCount(total),
      )
    : l10n.t(
        '{0} of {1} already exist here with different content, {2} of them newer:',
        formatCount(files),
        formatCount(total),
        formatCount(newerHere),
      );
}

/** Asks about each local file that is in the way. Returns `undefined` if the user stops. */
async function askAboutEach(
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
  const what = l10n.t('“{0}” already exists here with different content.', path);
  const text = of === 1 ? what : l10n.t('{0} of {1}: {2}', number, of, what);
  const detail = [
    l10n.t('Here: {0}', sideText(local)),
    l10n.t('In the cloud: {0}', sideText(cloud)),
    '',
    outcomeOfReplacedHere(),
  ].join('\n');
  const buttons: readonly (MessageItem & { readonly choice: ConflictChoice })[] = [
    // Enter presses the first button, which removes nothing.
    { title: l10n.t('Keep Both'), choice: 'keep-both' },
    { title: l10n.t('Replace'), choice: 'replace' },
    // For a single file, skipping means cancelling.
    ...(of === 1 ? [] : [{ title: l10n.t('Skip'), choice: 'skip' as const }]),
  ];
  return (await window.showWarningMessage(text, { modal: true, detail }, ...buttons))?.choice;
}

/** Says what happens to local files that a restore replaces. */
function outcomeOfReplacedHere(): string {
  return env.remoteName === undefined
    ? l10n.t('Replaced files go to the trash.')
    : l10n.t('There is no trash here, so replaced files are renamed and kept.');
}
