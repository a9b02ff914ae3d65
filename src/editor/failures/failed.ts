import type { FailureCode, FailureRecord } from '../../protocol/failures';

/** A failure as an exception, whether it comes from the engine or was found in the editor. */
export class Failed extends Error {
  constructor(readonly record: FailureRecord) {
    super(`${record.code}: ${record.subject}`, { cause: record.cause });
    this.name = 'Failed';
  }

  static of(code: FailureCode, subject: string, cause?: string): Failed {
    return new Failed({ code, subject, cause });
  }
}

/** Returns anything thrown as a record; what is no `Failed` becomes `unexpected` with its stack. */
export function toFailureRecord(thrown: unknown): FailureRecord {
  if (thrown instanceof Failed) return thrown.record;
  const cause = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { code: 'unexpected', subject: '', cause };
}

/** Returns a failure as the log has it: code, subject and the whole cause. */
export function failureLine({ code, subject, cause }: FailureRecord): string {
  const what = subject === '' ? code : `${code} ${subject}`;
  return cause === undefined || cause === '' ? what : `${what}: ${cause}`;
}
