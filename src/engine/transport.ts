import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The sockets to one store: pooled, kept alive, bounded. */
export interface Transport {
  readonly handler: NodeHttpHandler;
  close(): void;
}

/** Requests in flight to one store at the most; more wait for a socket. */
const maximumSockets = 64;

/** @param stallTimeout A request that moves no byte for so many milliseconds fails. */
export function openTransport(stallTimeout = 30_000): Transport {
  // Agents of our own: with the SDK's, every body over 2 MiB would open a connection for itself
  // and wait for "100 Continue", which some stores never send.
  const options = { keepAlive: true, maxSockets: maximumSockets, scheduling: 'lifo' } as const;
  const httpAgent = new HttpAgent(options);
  const httpsAgent = new HttpsAgent(options);
  const handler = new NodeHttpHandler({
    httpAgent,
    httpsAgent,
    connectionTimeout: 10_000,
    socketTimeout: stallTimeout,
  });
  return {
    handler,
    close() {
      handler.destroy();
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
