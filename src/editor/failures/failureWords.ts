import { l10n } from 'vscode';

/** The end of a sentence: the cause, where there is one. */
export function because(cause: string | undefined): string {
  return cause === undefined || cause === '' ? '.' : `: ${cause.replace(/\.?$/, '.')}`;
}

/** What the outermost cause says; the whole chain is in the log. */
export function firstLink(cause: string | undefined): string | undefined {
  return firstLine(cause)?.split(' ← ', 1)[0];
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
