import { toFailureRecord } from '../failures/failed';
import { failureMessage } from '../failures/failureMessage';

/**
 * Turns what was thrown while an answer was tried out into a refusal, which leaves the question
 * open. What was cancelled stays thrown: it closes the question.
 */
export function refusal(error: unknown): { readonly kind: 'refused'; readonly because: string } {
  const failure = toFailureRecord(error);
  if (failure.code === 'cancelled') throw error;
  return { kind: 'refused', because: failureMessage(failure).text };
}
