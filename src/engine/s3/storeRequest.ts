import { withScheme } from '../../protocol/endpoint';
import { attempt, type Attempt, type AttemptOptions } from '../network/attempt';
import { Failure } from '../failures/failure';
import { fromStoreError, type RequestSubject } from '../failures/storeErrors';
import { speaksTls } from '../network/speaksTls';

/**
 * Sends one request, tried up to four times; all that it throws are failures about the subject.
 * `send` is called anew for each attempt.
 */
export async function storeRequest<T>(
  subject: RequestSubject,
  signal: AbortSignal,
  send: (attempt: Attempt) => Promise<T>,
  how: Pick<AttemptOptions, 'onAttempt' | 'breaker'> = {},
): Promise<T> {
  try {
    return await attempt(
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
  } catch (error) {
    throw (await httpsMeant(error, subject, signal)) ?? error;
  }
}

/**
 * Finds out whether TLS is spoken where a request without it went. Servers say so in words of their
 * own, or only close the connection. Files are not asked for: the folder's list comes first.
 */
async function httpsMeant(
  error: unknown,
  { endpoint, key }: RequestSubject,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  if (key !== undefined || signal.aborted) return undefined;
  if (!(error instanceof Failure) || !perhapsTls.has(error.code)) return undefined;
  const meant = withScheme(endpoint, 'https');
  if (meant === undefined || !(await speaksTls(new URL(meant), signal))) return undefined;
  return new Failure('needs-https', endpoint, new Error(meant, { cause: error.cause }));
}

const perhapsTls = new Set(['unreachable', 'timed-out', 'not-s3', 'unexpected']);
