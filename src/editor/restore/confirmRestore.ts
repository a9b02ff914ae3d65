import { l10n, window, type MessageItem } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { ConflictChoice, ConflictChoices, RestoreSummary } from '../../protocol/restore';
import { failureText } from '../failures/failureMessage';
import { namedFiles } from '../format/namedFiles';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { targetText } from '../targets/targets';
import { askAboutEach } from './askAboutEach';
import { replacingOutcome } from './replacingOutcome';

/**
 * Shows what a restore would fetch, and what local files are in its way. Nothing that is here is
 * replaced without a choice; `undefined` where the user wants none of it.
 */
export async function confirmRestore(
  summary: RestoreSummary,
  setups: readonly FolderSetup[],
): Promise<ConflictChoices | undefined> {
  const { planId, conflicts } = summary;
  const choices = (choice: ConflictChoice): ConflictChoices => ({ planId, choice, except: [] });
  if (conflicts.files === 0) {
    // A single file that nothing is in the way of is what the user has just pointed at.
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
  return files === 1 && bytes < askAboveBytes && archived === 0 && refused.files === 0;
}

const askAboveBytes = 50 << 20;

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
    // The first one answers to Enter: it takes nothing away.
    { title: l10n.t('Keep Both'), answer: 'keep-both' },
    { title: l10n.t('Replace'), answer: 'replace' },
    { title: l10n.t('Skip'), answer: 'skip' },
    // Only those that were told of can be asked about.
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
      replacingOutcome(),
    ]);
  } else {
    parts.push([l10n.t('No file that is here is replaced.')]);
  }
  if (archived > 0) {
    parts.push([
      l10n.t(
        '{0} lie in an archive. Those that cannot be read at once can be asked for afterwards.',
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
      ? l10n.t('One of them is here too, newer and different:')
      : l10n.t('One of them is here too, and different:');
  }
  if (newerHere === files) {
    return l10n.t(
      '{0} of {1} are here too, newer and different:',
      formatCount(files),
      formatCount(total),
    );
  }
  return newerHere === 0
    ? l10n.t('{0} of {1} are here too, and different:', formatCount(files), formatCount(total))
    : l10n.t(
        '{0} of {1} are here too, and different; {2} newer here:',
        formatCount(files),
        formatCount(total),
        formatCount(newerHere),
      );
}
