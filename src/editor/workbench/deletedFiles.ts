import { Disposable, l10n, workspace, type Uri } from 'vscode';
import type { Safety } from '../../protocol/safety';
import { isNotBackedUp } from '../../protocol/verdicts';
import { formatCount } from '../format/quantity';
import { showStatusMessage } from '../view/statusMessage';
import { askSafety, type SafetyQuestionsDeps } from './safetyQuestions';

/**
 * Says in one line of the status bar that what was just deleted in the Explorer is not in the backup:
 * while it can still be undone.
 */
export function watchForDeletions(deps: SafetyQuestionsDeps): Disposable {
  const asked = new Map<string, ReturnType<typeof askSafety>>();
  return Disposable.from(
    // It is asked before the deletion, which the comparison then hears of.
    workspace.onWillDeleteFiles(({ files }) => {
      asked.set(keyOf(files), askSafety(deps, files));
    }),
    workspace.onDidDeleteFiles(({ files }) => {
      const key = keyOf(files);
      const answers = asked.get(key);
      asked.delete(key);
      if (answers !== undefined) void announce(answers);
    }),
  );
}

async function announce(answers: ReturnType<typeof askSafety>): Promise<void> {
  const text = deletionText(await answers);
  if (text !== undefined) showStatusMessage(text, 'warning');
}

/** Nothing where all that was deleted is in the backup, or was left out of it on purpose. */
export function deletionText(answers: ReadonlyMap<string, Safety>): string | undefined {
  let files = 0;
  let isMissing = true;
  let name = '';
  for (const [uri, safety] of answers) {
    const count = notBackedUp(safety);
    files += count;
    if (count > 0 && safety.kind === 'compared') {
      name = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
      isMissing = safety.verdict.kind === 'missing-in-cloud';
    }
  }
  if (files === 0) return undefined;
  if (files > 1 || name === '') {
    return files === 1
      ? l10n.t('1 deleted file differed from its backup')
      : l10n.t('{0} deleted files differed from their backups', formatCount(files));
  }
  return isMissing
    ? l10n.t('“{0}” was deleted and is not in the backup', name)
    : l10n.t('“{0}” was deleted, and the backup has another version of it', name);
}

function notBackedUp(safety: Safety): number {
  switch (safety.kind) {
    case 'compared':
      return isNotBackedUp(safety.verdict.kind) ? 1 : 0;
    case 'folder':
      return safety.notBackedUp;
    case 'proved-earlier':
    case 'unknown':
      return 0;
  }
}

function keyOf(files: readonly Uri[]): string {
  return files.map(uri => uri.toString()).join('\n');
}
