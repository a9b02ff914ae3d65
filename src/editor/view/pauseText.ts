import { l10n } from 'vscode';
import type { PauseReason } from '../../protocol/state';
import { failureText } from '../failures/failureMessage';

/** Why batches wait though nobody asked for it, and what makes them go on. */
export function pauseText({ kind, failure }: Exclude<PauseReason, { kind: 'asked-for' }>): string {
  const why = failureText(failure);
  return kind === 'sign-in-needed'
    ? l10n.t('{0}, goes on when you have signed in', why)
    : l10n.t('{0}, goes on when the store answers', why);
}
