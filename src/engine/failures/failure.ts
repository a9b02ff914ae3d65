import { inspect } from 'node:util';
import type { FailureCode, FailureRecord } from '../../protocol/failures';
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
    return { code: this.code, subject: this.subject, cause: causeText(this.cause) };
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

/** The chain of causes in one line, outermost first. */
function causeText(cause: unknown): string | undefined {
  const texts: string[] = [];
  for (let link = cause; link !== undefined && link !== null && texts.length < 5;) {
    if (!(link instanceof Error)) {
      texts.push(typeof link === 'string' ? link : inspect(link, { breakLength: Infinity }));
      break;
    }
    texts.push(link.name === 'Error' ? link.message : `${link.name}: ${link.message}`);
    link = link.cause;
  }
  return texts.length === 0 ? undefined : withoutSecrets(texts.join(' ← '));
}
