import { inspect } from 'node:util';
import type { FailureCode, FailureRecord, Finding } from '../../protocol/failures';
import { Found } from './found';
import { withoutSecrets } from './secrets';

/** What went wrong, as a value: a code to act on, the thing it happened to, and the cause. */
export class Failure extends Error {
  /** What it happened to: a setting, a profile, an endpoint, a bucket or a path. */
  readonly subject: string;

  constructor(
    readonly code: FailureCode,
    subject: string,
    cause?: unknown,
  ) {
    super(`${code}: ${subject}`, cause === undefined ? undefined : { cause });
    this.name = 'Failure';
    this.subject = subject;
  }

  /** The form in which a failure travels to the editor and into reports. */
  toRecord(): FailureRecord {
    const links = linksOf(this.cause);
    const cause = links.length === 0 ? undefined : withoutSecrets(links.map(textOf).join(' ← '));
    const record = { code: this.code, subject: this.subject, cause };
    const isWorded = links.some(link => link instanceof Found);
    return isWorded ? { ...record, links: links.map(translatable) } : record;
  }
}

/** Returns anything thrown as a failure; what is none yet is `unexpected` and keeps its cause. */
export function toFailure(thrown: unknown, subject: string): Failure {
  if (thrown instanceof Failure) return thrown;
  if (isAbort(thrown)) return new Failure('cancelled', subject, thrown);
  return new Failure('unexpected', subject, thrown);
}

/** Throws `cancelled` if the signal is aborted; `why` is what had gone wrong before. */
export function throwIfCancelled(signal: AbortSignal, subject: string, why?: Failure): void {
  if (signal.aborted) throw new Failure('cancelled', subject, why);
}

export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.code === 'cancelled';
}

/** Returns what went wrong, even if the retry after it was cancelled. */
export function failureBefore(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof Failure)) return undefined;
  return thrown.code === 'cancelled' ? failureBefore(thrown.cause) : thrown;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}

/** Returns code and causes in one line, for the log. */
export function describeFailure(failure: Failure): string {
  const { code, cause } = failure.toRecord();
  return cause === undefined ? code : `${code} (${cause})`;
}

/** The chain of causes, outermost first. */
function linksOf(cause: unknown): readonly (string | Found)[] {
  const links: (string | Found)[] = [];
  for (let link = cause; link !== undefined && link !== null && links.length < 5;) {
    if (!(link instanceof Error)) {
      links.push(typeof link === 'string' ? link : inspect(link, { breakLength: Infinity }));
      break;
    }
    if (link instanceof Found) links.push(link);
    else links.push(link.name === 'Error' ? link.message : `${link.name}: ${link.message}`);
    link = link.cause;
  }
  return links;
}

function textOf(link: string | Found): string {
  return typeof link === 'string' ? link : link.message;
}

function translatable(link: string | Found): string | Finding {
  return typeof link === 'string' ? withoutSecrets(link) : findingWithoutSecrets(link.finding);
}

function findingWithoutSecrets({ template, values }: Finding): Finding {
  return {
    template,
    values: values.map(value =>
      typeof value === 'string' ? withoutSecrets(value) : findingWithoutSecrets(value),
    ),
  };
}
