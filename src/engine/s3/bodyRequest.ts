import type { Readable } from 'node:stream';
import type { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import type { Attempt } from '../network/attempt';
import { bodyStream } from '../network/bodyStream';
import type { BucketContext } from './bucketContext';
import { storeRequest } from './storeRequest';

/** A body to be sent, and what it is for. */
interface BodySource {
  readonly key: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** Makes a command's body go out piece by piece. */
type Pace = <T extends PutObjectCommand | UploadPartCommand>(command: T) => T;

/** Sends a request with a body, as the traffic lets it; a sending that was broken off counts. */
export function bodyRequest<T>(
  {
    endpoint,
    name,
    traffic,
    breaker,
  }: Pick<BucketContext, 'endpoint' | 'name' | 'traffic' | 'breaker'>,
  { key, body, signal, onSent = () => undefined }: BodySource,
  send: (attempt: Attempt, pace: Pace, signal: AbortSignal) => Promise<T>,
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
          onSent(-sent);
          sent = 0;
        };
        const pace = pacedBy(() => {
          // One attempt may send it twice, where the store minds a header.
          takeBack();
          return bodyStream({
            body,
            traffic,
            signal: sending.signal,
            onSent: bytes => {
              sent += bytes;
              onSent(bytes);
            },
          });
        });
        try {
          wasBrokenOff ||= sending.isRepeated;
          return await send({ number, uncertain: uncertain || wasBrokenOff }, pace, sending.signal);
        } catch (error) {
          takeBack();
          throw error;
        }
      }),
    { breaker },
  );
}

/** The body is exchanged after signing, which needs all of it at once. */
function pacedBy(stream: () => Readable): Pace {
  return command => {
    // The stacks of both commands are alike; their types have no method in common.
    (command as PutObjectCommand).middlewareStack.add(
      next => args => {
        (args.request as { body: unknown }).body = stream();
        return next(args);
      },
      { step: 'deserialize', name: 'paceBody' },
    );
    return command;
  };
}
