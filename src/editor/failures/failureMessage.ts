import { l10n } from 'vscode';
import type { FailureCode, FailureRecord, Finding } from '../../protocol/failures';
import type { FailureAction, FailureEntry } from './failureEntry';
import { credentialFailures } from './credentialFailures';
import { diskFailures } from './diskFailures';
import { freeUpFailures } from './freeUpFailures';
import { networkFailures } from './networkFailures';
import { ownFailures } from './ownFailures';
import { storeFailures } from './storeFailures';
import { targetFailures } from './targetFailures';

/** What the user is told about a failure: what happened, to what, and what to do next. */
export interface FailureMessage {
  readonly what: string;
  readonly next: string | undefined;
  /** Both, as one. */
  readonly text: string;
  readonly actions: readonly FailureAction[];
}

export function failureMessage(failure: FailureRecord): FailureMessage {
  const entry = failureEntries[failure.code];
  const worded = inUserWords(failure);
  const what = entry.what(worded);
  const next = entry.next?.(worded);
  const text = next === undefined ? what : `${what} ${next}`;
  return { what, next, text, actions: entry.actions };
}

/** What a report says of a failure: all that a message does, and what was too long for it. */
export function failureReport(failure: FailureRecord): string {
  const { text } = failureMessage(failure);
  const entry: FailureEntry = failureEntries[failure.code];
  const detail = entry.detail?.(inUserWords(failure));
  return detail === undefined ? text : `${text} ${detail}`;
}

/** Returns the failure in a few words, for a row. */
export function failureText(failure: FailureRecord): string {
  return failureEntries[failure.code].brief(inUserWords(failure));
}

/** What the engine has worded in the user's language; what others have said stays as it is. */
function inUserWords(failure: FailureRecord): FailureRecord {
  return failure.links === undefined
    ? failure
    : { ...failure, cause: failure.links.map(inUserLanguage).join(' ← ') };
}

function inUserLanguage(link: string | Finding): string {
  return typeof link === 'string'
    ? link
    : l10n.t(link.template, ...link.values.map(inUserLanguage));
}

/** Whether credentials, or where they come from, are what failed. */
export function concernsCredentials(code: FailureCode): boolean {
  return code in credentialFailures;
}

/** What is said of each failure there is: what happened, what to do next, and the buttons. */
export const failureEntries: Readonly<Record<FailureCode, FailureEntry>> = {
  ...targetFailures,
  ...credentialFailures,
  ...networkFailures,
  ...storeFailures,
  ...diskFailures,
  ...freeUpFailures,
  ...ownFailures,
};
