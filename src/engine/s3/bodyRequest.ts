import type { Attempt } from '../network/attempt';
import type { BucketContext } from './bucketContext';
import type { RequestBody } from './httpExchange';
import { pacedBody } from './pacedBody';
import { storeRequest } from './storeRequest';

/** A body to be sent, and what it is for. */
interface BodySource {
  readonly key: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** Sends a request with a body, as the traffic lets it; a sending that was broken off counts. */
export function bodyRequest<T>(
  {
    endpoint,
    name,
    traffic,
    breaker,
  }: Pick<BucketContext, 'endpoint' | 'name' | 'traffic' | 'breaker'>,
  { key, body, signal, onSent = () => undefined }: BodySource,
  send: (attempt: Attempt, newBody: () => RequestBody, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Perhaps after the store had all of it: no answer to a later sending says otherwise.
  let wasBrokenOff = false;
  return storeRequest(
    { endpoint, bucket: name, key },
    signal,
    ({ number, uncertain }) =>
      traffic.send(body.byteLength, signal, async sending => {
        let sent = 0;
        const takeBack = () => {
          if (sent > 0) onSent(-sent);
          sent = 0;
        };
        const newBody = () => {
          // One attempt may send it twice, where the store minds a header.
          takeBack();
          return pacedBody({
            body,
            traffic,
            signal: sending.signal,
            onSent: bytes => {
              sent += bytes;
              onSent(bytes);
            },
          });
        };
        try {
          wasBrokenOff ||= sending.isRepeated;
          return await send(
            { number, uncertain: uncertain || wasBrokenOff },
            newBody,
            sending.signal,
          );
        } catch (error) {
          takeBack();
          throw error;
        }
      }),
    { breaker },
  );
}
