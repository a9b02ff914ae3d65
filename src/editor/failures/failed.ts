import type { FailureCode, FailureRecord } from '../../protocol/failures';

/** A failure that the user gets to see, thrown: the engine's own, or one found in the editor. */
export class Failed extends Error {
  constructor(readonly record: FailureRecord) {
    super(`${record.code}: ${record.subject}`, { cause: record.cause });
    this.name = 'Failed';
  }

  static of(code: FailureCode, subject: string, cause?: string): Failed {
    return new Failed({ code, subject, cause });
  }
}

/** Any thrown thing as a record; what is no failure yet is `unexpected` and keeps its stack. */
export function toFailureRecord(thrown: unknown): FailureRecord {
  if (thrown instanceof Failed) return thrown.record;
  const cause = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { code: 'unexpected', subject: '', cause };
}

/** A failure as it is written to the log: its code, what it is about, and the whole cause. */
export function failureLine({ code, subject, cause }: FailureRecord): string {
  const what = subject === '' ? code : `${code} ${subject}`;
  return cause === undefined || cause === '' ? what : `${what}: ${cause}`;
}
