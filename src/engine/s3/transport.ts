import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The sockets to one store: pooled, kept alive, bounded. */
export interface Transport {
  readonly handler: Pick<
    NodeHttpHandler,
    'handle' | 'metadata' | 'destroy' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
  >;
  close(): void;
}

/** Requests in flight to one store at the most; more wait for a socket. */
const maximumSockets = 64;

/**
 * @param stallTimeout A request that moves no byte for so many milliseconds fails.
 * @param completionTimeout The same for the completion of an upload in parts: putting the parts
 *   together takes a store minutes, and some say nothing meanwhile (S3's page on
 *   CompleteMultipartUpload).
 */
export function openTransport(
  stallTimeout = 30_000,
  completionTimeout = 20 * stallTimeout,
): Transport {
  // Agents of our own: with the SDK's, every body over 2 MiB would open a connection for itself
  // and wait for "100 Continue", which some stores never send.
  const options = { keepAlive: true, maxSockets: maximumSockets, scheduling: 'lifo' } as const;
  const httpAgent = new HttpAgent(options);
  const httpsAgent = new HttpsAgent(options);
  const handlerWith = (socketTimeout: number) =>
    new NodeHttpHandler({ httpAgent, httpsAgent, connectionTimeout: 10_000, socketTimeout });
  const usual = handlerWith(stallTimeout);
  const patient = handlerWith(completionTimeout);
  return {
    handler: {
      metadata: usual.metadata,
      handle: (request, options) =>
        (isCompletion(request) ? patient : usual).handle(request, options),
      destroy() {
        usual.destroy();
        patient.destroy();
      },
      updateHttpClientConfig(key, value) {
        usual.updateHttpClientConfig(key, value);
        patient.updateHttpClientConfig(key, value);
      },
      httpHandlerConfigs: () => usual.httpHandlerConfigs(),
    },
    close() {
      usual.destroy();
      patient.destroy();
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** The one POST that names an upload. */
function isCompletion({ method, query }: Parameters<NodeHttpHandler['handle']>[0]): boolean {
  return method === 'POST' && 'uploadId' in query;
}
