import { attempt, type Attempt, type AttemptOptions } from '../network/attempt';
import { fromStoreError, type RequestSubject } from '../failures/storeErrors';

/**
 * Sends one request, tried up to four times; all that it throws are failures about the subject.
 * `send` is called anew for each attempt.
 */
export function storeRequest<T>(
  subject: RequestSubject,
  signal: AbortSignal,
  send: (attempt: Attempt) => Promise<T>,
  how: Pick<AttemptOptions, 'onAttempt' | 'breaker'> = {},
): Promise<T> {
  return attempt(
    async number => {
      try {
        return await send(number);
      } catch (error) {
        throw fromStoreError(error, subject);
      }
    },
    {
      subject: subject.key ?? subject.bucket ?? subject.endpoint,
      signal,
      ...how,
    },
  );
}
