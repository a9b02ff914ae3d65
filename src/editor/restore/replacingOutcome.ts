import { env, l10n } from 'vscode';

/** What becomes of local files that a restore replaces, as far as can be told before. */
export function replacingOutcome(): string {
  return env.remoteName === undefined
    ? l10n.t('What is replaced goes to the trash.')
    : l10n.t('What is replaced is kept under a name with the time in it: there is no trash here.');
}
