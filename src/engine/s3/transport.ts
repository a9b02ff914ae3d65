import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { SecureContext } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { maxConcurrency, type TrustSettings } from '../config/settings';
import { trustingContext } from './trustingContext';

export interface TransportOptions {
  /** A request that moves no byte for so long fails. */
  readonly stallTimeoutMs?: number;
  /**
   * The same for the completion of an upload in parts: putting the parts together takes a store
   * minutes, and some say nothing meanwhile (S3's API reference, CompleteMultipartUpload).
   */
  readonly completionTimeoutMs?: number;
  readonly trust?: TrustSettings | undefined;
}

/** The sockets to one store: pooled, kept alive, bounded. */
export class Transport {
  /** What the SDK sends its requests by. */
  readonly handler: Pick<
    NodeHttpHandler,
    'handle' | 'metadata' | 'destroy' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
  >;
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly connectionTimeoutMs = 10_000;
  readonly stallTimeoutMs: number;

  constructor({
    stallTimeoutMs = 30_000,
    completionTimeoutMs = 20 * stallTimeoutMs,
    trust,
  }: TransportOptions = {}) {
    // Agents of our own: with the SDK's, every body over 2 MiB would open a connection for itself
    // and wait for "100 Continue", which some stores never send.
    const options = { keepAlive: true, maxSockets: maxConcurrency, scheduling: 'lifo' } as const;
    const httpAgent = new HttpAgent(options);
    const httpsAgent = new TrustingAgent(options, trust);
    this.agents = { http: httpAgent, https: httpsAgent };
    this.stallTimeoutMs = stallTimeoutMs;
    const handlerWith = (socketTimeout: number) =>
      new NodeHttpHandler({
        httpAgent,
        httpsAgent,
        connectionTimeout: this.connectionTimeoutMs,
        socketTimeout,
      });
    const usual = handlerWith(stallTimeoutMs);
    const forCompletions = handlerWith(completionTimeoutMs);
    this.handler = {
      metadata: usual.metadata,
      handle(request, sending) {
        // Without it, servers may compress (RFC 9110, section 12.5.3), and proxies do. It is added
        // after signing: some change it on the way.
        request.headers['accept-encoding'] = 'identity';
        return (isCompletion(request) ? forCompletions : usual).handle(request, sending);
      },
      destroy() {
        usual.destroy();
        forCompletions.destroy();
      },
      updateHttpClientConfig(key, value) {
        usual.updateHttpClientConfig(key, value);
        forCompletions.updateHttpClientConfig(key, value);
      },
      httpHandlerConfigs: () => usual.httpHandlerConfigs(),
    };
  }

  /** Closes all sockets. Requests under way fail. */
  close(): void {
    this.handler.destroy();
    this.agents.http.destroy();
    this.agents.https.destroy();
  }
}

/**
 * Makes connections by one context, which is made with the first: the certificates of a computer are
 * read once and not for each connection, and not at all for stores without TLS.
 */
class TrustingAgent extends HttpsAgent {
  readonly #trust: TrustSettings | undefined;
  #context: SecureContext | undefined;

  constructor(options: AgentOptions, trust: TrustSettings | undefined) {
    super(options);
    this.#trust = trust;
  }

  override createConnection(
    ...[options, done]: Parameters<HttpsAgent['createConnection']>
  ): ReturnType<HttpsAgent['createConnection']> {
    this.#context ??= trustingContext(this.#trust);
    const trusting = { ...options, secureContext: this.#context };
    return super.createConnection(trusting, done);
  }
}

/** The one POST that names an upload. */
function isCompletion({ method, query }: Parameters<NodeHttpHandler['handle']>[0]): boolean {
  return method === 'POST' && 'uploadId' in query;
}

/**
 * Returns how far a store's clock is ahead of ours by the `Date` header of one answer (RFC 9110,
 * section 6.6.1), in milliseconds; `undefined` where that answer shows nothing.
 */
export function clockOffsetMs(
  dateHeader: string | undefined,
  sentAtMs: number,
  answeredAtMs: number,
): number | undefined {
  const dateMs = Date.parse(dateHeader ?? '');
  if (Number.isNaN(dateMs)) return undefined;
  // How much of a long round trip went by before that second can't be told: a body takes time.
  if (answeredAtMs - sentAtMs > maxRoundTripMs) return undefined;
  // The header has whole seconds, so the middle of that second is the best guess.
  return dateMs + 500 - (sentAtMs + answeredAtMs) / 2;
}

/** The longest round trip that counts. */
const maxRoundTripMs = 1000;
