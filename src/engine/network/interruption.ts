import type { FailureCode } from '../../protocol/failures';
import type { UploadOutcome } from '../backup/transfer';

/** Whether a step was kept from its end by what has nothing to do with its file. */
export function isInterrupted(outcome: UploadOutcome): boolean {
  if (outcome.kind === 'cancelled') return true;
  return outcome.kind === 'failed' && interruptionOf(outcome.failure.code) !== undefined;
}

/** What keeps all files from arriving, where a failure says so. */
export type Interruption = 'store-unreachable' | 'sign-in-needed';

/** What a failure interrupts work with; `undefined` where it is about one file or one setting. */
export function interruptionOf(code: FailureCode): Interruption | undefined {
  return interruptions[code];
}

const interruptions: Readonly<Partial<Record<FailureCode, Interruption>>> = {
  unreachable: 'store-unreachable',
  'host-not-found': 'store-unreachable',
  'timed-out': 'store-unreachable',
  'store-busy': 'store-unreachable',
  'store-error': 'store-unreachable',
  'sign-in-needed': 'sign-in-needed',
  'no-credentials': 'sign-in-needed',
  'profile-failed': 'sign-in-needed',
  'credentials-refused': 'sign-in-needed',
  'credentials-expired': 'sign-in-needed',
};
