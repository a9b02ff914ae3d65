import { l10n } from 'vscode';

/** Returns the end of a sentence: the cause, if there is one. */
export function because(cause: string | undefined): string {
  return cause === undefined || cause === '' ? '.' : `: ${cause.replace(/\.?$/, '.')}`;
}

/** Returns the outermost cause; the whole chain is in the log. */
export function firstLink(cause: string | undefined): string | undefined {
  return firstLine(cause)?.split(' ← ', 1)[0];
}

/** Returns what is behind the outermost cause. */
export function secondLink(cause: string | undefined): string | undefined {
  return firstLine(cause)?.split(' ← ', 2)[1];
}

/** Returns the endpoint that was probably meant, with which the cause of such failures begins. */
export function meantEndpoint(cause: string | undefined): string {
  return firstLink(cause) ?? '';
}

export function firstLine(cause: string | undefined): string | undefined {
  return cause?.split('\n', 1)[0];
}

export function quoted(subject: string): string {
  return subject === '' ? l10n.t('the bucket') : `“${subject}”`;
}

export function store(subject: string): string {
  return subject === '' ? 'S3' : subject;
}
