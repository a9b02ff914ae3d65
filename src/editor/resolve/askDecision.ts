import { l10n, window, type MessageItem } from 'vscode';
import type { Conflict } from '../../protocol/plans';
import { outcomeOfReplaced } from '../batch/replacementWords';
import { namedFiles } from '../format/namedFiles';
import { formatFiles } from '../format/quantity';
import { sideText } from '../view/verdictWords';

/** How a conflict is resolved: by the local file, by the cloud copy, or not now. */
export type Decision = 'mine' | 'theirs' | 'leave';

/** A conflict, with what a decision about it depends on. */
export interface OpenConflict extends Conflict {
  readonly keepsVersions: boolean;
}

/** Asks about one conflict. Returns `undefined` if it is one of several and the user stops. */
export async function askAboutOne(
  conflict: OpenConflict,
  position: { readonly number: number; readonly of: number },
): Promise<Decision | undefined> {
  const isOnly = position.of === 1;
  const { mine, theirs } = buttons();
  // For one of several, leaving it is not the same as stopping.
  const leave: MessageItem = { title: l10n.t('Leave'), isCloseAffordance: isOnly };
  const text = isOnly
    ? whatHappened(conflict)
    : l10n.t('{0} of {1}: {2}', position.number, position.of, whatHappened(conflict));
  const detail = [
    l10n.t('Here: {0}', sideText(conflict.local)),
    l10n.t('In the cloud: {0}', sideText(conflict.cloud)),
    '',
    ...consequences(l10n.t('Upload Mine replaces the cloud copy.'), conflict.keepsVersions),
  ].join('\n');
  const answer = await window.showWarningMessage(
    text,
    { modal: true, detail },
    theirs,
    mine,
    leave,
  );
  if (answer === mine) return 'mine';
  if (answer === theirs) return 'theirs';
  return answer === leave || isOnly ? 'leave' : undefined;
}

/** Asks for one decision about all conflicts, or whether to ask about each. */
export async function askAboutAll(
  conflicts: readonly OpenConflict[],
): Promise<Decision | 'one-by-one'> {
  const each: MessageItem = { title: l10n.t('One by One…') };
  const { mine, theirs } = buttons();
  const leave: MessageItem = { title: l10n.t('Leave'), isCloseAffordance: true };
  const files = formatFiles(conflicts.length);
  const detail = [
    ...namedFiles(conflicts.map(({ path }) => path)),
    '',
    ...consequences(
      l10n.t('Upload Mine replaces all of these copies.'),
      conflicts.every(({ keepsVersions }) => keepsVersions),
    ),
  ].join('\n');
  const answer = await window.showWarningMessage(
    l10n.t('{0} differ from their copies in the cloud.', files),
    { modal: true, detail },
    each,
    theirs,
    mine,
    leave,
  );
  if (answer === each) return 'one-by-one';
  if (answer === theirs) return 'theirs';
  return answer === mine ? 'mine' : 'leave';
}

/** Enter presses the cloud's button, which comes first and removes nothing without asking. */
function buttons(): Readonly<Record<'mine' | 'theirs', MessageItem>> {
  return { mine: { title: l10n.t('Upload Mine') }, theirs: { title: l10n.t('Restore Cloud’s…') } };
}

function consequences(replaced: string, keepsVersions: boolean): readonly string[] {
  return [
    `${replaced} ${outcomeOfReplaced(keepsVersions)}`,
    l10n.t('Restore Cloud’s first asks what to do with the files here.'),
  ];
}

function whatHappened({ path, verdict }: Conflict): string {
  switch (verdict.because) {
    case 'newer-there':
      return l10n.t('“{0}” is newer in the cloud, and different.', path);
    case 'only-there':
      return l10n.t('“{0}” was changed in the cloud, and not here.', path);
    case 'both':
      return l10n.t('“{0}” was changed here and in the cloud.', path);
    case 'other-version':
      return l10n.t(
        '“{0}” here is of another version than the copy that is in the cloud now.',
        path,
      );
    case 'refused':
      return l10n.t(
        'The cloud copy of “{0}” was changed before the file could be backed up.',
        path,
      );
  }
}
