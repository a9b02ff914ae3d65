import { inspect } from 'node:util';
import type { FailureCode, FailureRecord } from '../../protocol/failures';

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

/** Any thrown thing as a failure; what is not one yet is `unexpected` and keeps its cause. */
export function toFailure(thrown: unknown, subject: string): Failure {
  if (thrown instanceof Failure) return thrown;
  if (isAbort(thrown)) return new Failure('cancelled', subject, thrown);
  return new Failure('unexpected', subject, thrown);
}

/** Throws `cancelled` where the signal is aborted; `why` is what had gone wrong before. */
export function throwIfCancelled(signal: AbortSignal, subject: string, why?: Failure): void {
  if (signal.aborted) throw new Failure('cancelled', subject, why);
}

/** What went wrong, also where somebody has cancelled what was to be tried again after it. */
export function failureBefore(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof Failure)) return undefined;
  return thrown.code === 'cancelled' ? failureBefore(thrown.cause) : thrown;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
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
  return texts.length === 0 ? undefined : texts.join(' ← ');
}
