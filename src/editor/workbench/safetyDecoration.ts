import { FileDecoration, l10n, ThemeColor, type Uri } from 'vscode';
import type { Safety } from '../../protocol/safety';
import { groups, type Group } from '../../protocol/verdicts';
import type { ExplorerDecorations } from '../contributions/settings';
import { groupMeaning } from '../view/verdictWords';
import { groupColors, otherFilesOf } from '../view/rowIcon';
import { safetyWords } from './safetyWords';

/** The letter of each group; none for one that needs no mark. */
const letters: Readonly<Partial<Record<Group, string>>> = {
  lost: 'L',
  'changed-in-cloud': 'C',
  unchecked: '?',
  'out-of-date': 'O',
  // M would be taken for that of source control.
  'missing-in-cloud': 'N',
  'up-to-date': '✓',
};

/** The one character that stands for a group; none for one that needs no mark. */
export function groupMark(group: Group): string {
  return letters[group] ?? '';
}

/** Marks a row of our own view, as its URI says what it is. */
export function rowDecoration(uri: Uri): FileDecoration | undefined {
  const group = groups.find(each => each === uri.authority);
  if (group === undefined) return undefined;
  const row = otherFilesOf(uri);
  if (row.kind === 'folder') {
    if (row.notBackedUp === 0) return undefined;
    const { text } = safetyWords({ kind: 'folder', notBackedUp: row.notBackedUp }, 0);
    // Without the colour of another group: what the row stands for is safe.
    return decoration(countBadge(row.notBackedUp), text, undefined);
  }
  // The icons of these say more than a letter: proved, or not.
  if (group === 'up-to-date') return undefined;
  return decoration(letters[group], groupMeaning(group), groupColors[group]);
}

/** Marks a file or folder of the disk. */
export function safetyDecoration(
  safety: Safety | undefined,
  shown: ExplorerDecorations,
  now: number,
): FileDecoration | undefined {
  if (safety === undefined || shown === 'off') return undefined;
  const words = safetyWords(safety, now);
  const isMarked = words.safety === 'not-safe' || (shown === 'all' && words.safety === 'safe');
  if (!isMarked) return undefined;
  const tooltip = l10n.t('S3 Backup: {0}', words.text);
  if (safety.kind === 'folder') {
    return safety.notBackedUp === 0
      ? undefined
      : decoration(countBadge(safety.notBackedUp), tooltip, 's3Backup.missingForeground');
  }
  if (safety.kind !== 'compared') return undefined;
  const { kind } = safety.verdict;
  // What is up to date and not proved is not safe, and no tick stands there.
  const isDoubtful = kind === 'up-to-date' && words.safety === 'not-safe';
  return isDoubtful
    ? decoration('~', tooltip, 's3Backup.uncheckedForeground')
    : decoration(letters[kind], tooltip, groupColors[kind]);
}

/** VS Code takes two characters. */
function countBadge(count: number): string {
  return count > 99 ? '99' : String(count);
}

function decoration(
  badge: string | undefined,
  tooltip: string,
  color: string | undefined,
): FileDecoration {
  return new FileDecoration(
    badge,
    tooltip,
    color === undefined ? undefined : new ThemeColor(color),
  );
}
