import { l10n, window } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { PlanRequest, PlanSummary } from '../../protocol/plans';
import { replacementWords } from '../batch/replacementWords';
import { accountText } from '../client/accountText';
import type { EngineClient } from '../client/engineClient';
import { largestFiles } from '../format/largestFiles';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';

/** `choose`: the user wants to tick files in a list instead. */
type PlanShown = 'back-up' | 'choose' | 'cancel';

/**
 * Shows what a plan would upload, and where: uploading gigabytes of the wrong folder is the most
 * common first mistake.
 */
export async function showPlan(
  engine: Pick<EngineClient, 'sendRequest'>,
  summary: PlanSummary,
  scopes: PlanRequest['folders'],
): Promise<PlanShown> {
  const setups = scopes.map(({ setup }) => setup);
  const backUp = l10n.t('Back Up');
  const choose = l10n.t('Choose Files…');
  const { files, bytes } = summary;
  const whose = await whoseText(engine, setups);
  const isWhole = scopes.every(({ scope }) => scope.kind === 'all');
  const answer = await window.showWarningMessage(
    l10n.t('Back up {0} ({1}) to {2}?', formatFiles(files), formatBytes(bytes), whereTo(setups)),
    { modal: true, detail: [...whose, detail(summary, setups)].join('\n\n') },
    // Enter presses the first button. It replaces nothing of which nobody knows what it is.
    ...(summary.unknownOrigin.files > 0 ? [l10n.t('Keep Copies')] : []),
    backUp,
    ...(isWhole ? [choose] : []),
  );
  if (answer === choose) return 'choose';
  return answer === backUp ? 'back-up' : 'cancel';
}

function whereTo(setups: readonly FolderSetup[]): string {
  return setups.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`).join(', ');
}

/** Says into which accounts the files would go, as far as that is told. */
async function whoseText(
  engine: Pick<EngineClient, 'sendRequest'>,
  setups: readonly FolderSetup[],
): Promise<readonly string[]> {
  const asked = setups.map(({ settings }) => accountText(engine, { settings, mayAskStore: true }));
  const told = (await Promise.all(asked)).filter(account => account !== undefined);
  return told.length === 0 ? [] : [l10n.t('Account: {0}', [...new Set(told)].join(', '))];
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
    [
      requests === 1
        ? l10n.t('This takes 1 request to the store.')
        : l10n.t('This takes at most {0} requests to the store.', formatCount(requests)),
    ],
  ];
  if (bulky.length > 0) {
    parts.push([
      l10n.t(
        'These folders look like build output or downloads that can be recreated. To leave them out, name them in a file “.s3backupignore” or in the setting “s3Backup.exclude”:',
      ),
      ...bulky.map(
        ({ folder, path, kind, files: count, bytes }) =>
          `• ${nameOf(folder)}${path} (${kindText(kind)}): ${formatFiles(count)}, ${formatBytes(bytes)}`,
      ),
    ]);
  }
  const named = largestFiles(
    largest.map(({ folder, path, bytes }) => ({ name: `${nameOf(folder)}${path}`, bytes })),
    files,
  );
  if (named.length > 0) parts.push([l10n.t('The largest files:'), ...named]);
  if (unknownOrigin.files > 0) {
    const { copies, kept } = replacementWords(unknownOrigin);
    parts.push([
      unknownOrigin.files === 1
        ? l10n.t(
            'This replaces 1 cloud copy that is not known to be an earlier version of its file:',
          )
        : l10n.t(
            'This replaces {0} cloud copies that are not known to be earlier versions of their files:',
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
