import type { IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { SecureContext } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { proxyOf, type Proxy, type ProxySettings } from '../config/proxy';
import type { TrustSettings } from '../config/settings';
import { found } from '../failures/found';
import { requestKind, RequestCount } from '../network/requestCount';
import { authorizationWanted, createAgents, type Agents } from './agents';
import { trustingContext } from './trustingContext';
import { storeTime } from './answerField';

export interface TransportOptions {
  /** A request that moves no byte for so long fails. */
  readonly stallTimeoutMs?: number;
  /**
   * The same for the completion of an upload in parts: putting the parts together takes a store
   * minutes, and some say nothing meanwhile (S3's API reference, CompleteMultipartUpload).
   */
  readonly completionTimeoutMs?: number;
  /** One that is not made in this time fails. */
  readonly connectionTimeoutMs?: number;
  readonly trust?: TrustSettings | undefined;
  readonly proxy?: ProxySettings | undefined;
}

/** The sockets to one store: pooled, kept alive, bounded. */
export class Transport {
  /** What the SDK sends its requests by. */
  readonly handler: Pick<
    NodeHttpHandler,
    'handle' | 'metadata' | 'destroy' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
  >;
  readonly connectionTimeoutMs: number;
  readonly stallTimeoutMs: number;
  /** An answer that has not begun in this time, once all was sent, fails. */
  readonly answerTimeoutMs: number;
  readonly #completionTimeoutMs: number;
  readonly #proxy: ProxySettings | undefined;
  readonly #trust: TrustSettings | undefined;
  #context: SecureContext | undefined;
  /** By the proxy, or none. */
  readonly #ways = new Map<string, Way>();

  /** @param requests Counts what is asked of the store, by the SDK and without it. */
  constructor(
    {
      stallTimeoutMs = 30_000,
      completionTimeoutMs = 20 * stallTimeoutMs,
      connectionTimeoutMs = 10_000,
      trust,
      proxy,
    }: TransportOptions = {},
    readonly requests = new RequestCount(),
  ) {
    this.connectionTimeoutMs = connectionTimeoutMs;
    this.stallTimeoutMs = stallTimeoutMs;
    this.answerTimeoutMs = maxSilences * stallTimeoutMs;
    this.#completionTimeoutMs = completionTimeoutMs;
    this.#trust = trust;
    this.#proxy = proxy;
    const { usual } = this.#wayBy(undefined);
    this.handler = {
      metadata: usual.metadata,
      handle: async (request, sending) => {
        // Without it, servers may compress (RFC 9110, section 12.5.3), and proxies do. It is added
        // after signing: some change it on the way.
        request.headers['accept-encoding'] = 'identity';
        const way = this.#wayTo(urlOf(request));
        const [handler, silenceMs] = isCompletion(request)
          ? [way.forCompletions, this.#completionTimeoutMs]
          : [way.usual, this.stallTimeoutMs];
        this.requests.add(requestKind(request.method, request.query));
        const result = await begunWithin(maxSilences * silenceMs, sending, limited =>
          handler.handle(request, limited),
        );
        requireFromStore(result.response.statusCode, way);
        return result;
      },
      destroy: () => {
        for (const way of this.#ways.values()) closeWay(way);
      },
      updateHttpClientConfig: (key, value) => {
        for (const { usual, forCompletions } of this.#ways.values()) {
          usual.updateHttpClientConfig(key, value);
          forCompletions.updateHttpClientConfig(key, value);
        }
      },
      httpHandlerConfigs: () => usual.httpHandlerConfigs(),
    };
  }

  /** The pool for requests to this URL. Throws `invalid-setting` where its proxy cannot be used. */
  agentFor(url: URL): Agents[keyof Agents] {
    const { agents } = this.#wayTo(url);
    return url.protocol === 'https:' ? agents.https : agents.http;
  }

  /** Throws what a proxy has said in the store's place. */
  requireFromStore(answer: IncomingMessage, url: URL): void {
    requireFromStore(answer.statusCode, this.#wayTo(url));
  }

  /** Closes all sockets. Requests under way fail. */
  close(): void {
    this.handler.destroy();
  }

  #wayTo(url: URL): Way {
    return this.#wayBy(proxyOf(this.#proxy, url));
  }

  #wayBy(proxy: Proxy | undefined): Way {
    const key = JSON.stringify(proxy ?? null);
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const { connectionTimeoutMs } = this;
    const agents = createAgents({
      proxy,
      trust: () => (this.#context ??= trustingContext(this.#trust)),
      connectionTimeoutMs,
    });
    const handlerWith = (socketTimeout: number) =>
      new NodeHttpHandler({
        httpAgent: agents.http,
        // Tunnels come from agents of another class, which is of no importance to it.
        httpsAgent: agents.https as unknown as HttpsAgent,
        // 0 is for no limit: where a proxy does not answer in time, its agent says so.
        connectionTimeout: proxy === undefined ? connectionTimeoutMs : 0,
        socketTimeout,
      });
    const way = {
      proxy,
      agents,
      usual: handlerWith(this.stallTimeoutMs),
      forCompletions: handlerWith(this.#completionTimeoutMs),
    };
    this.#ways.set(key, way);
    return way;
  }
}

/** How many times as long as it may move no byte an answer may take to begin. */
const maxSilences = 10;

type Sending = Parameters<NodeHttpHandler['handle']>[1];

/**
 * Returns an answer that begins in time. The SDK's own limit is no use: it leaves timers behind that
 * keep a process alive as long.
 */
async function begunWithin<T>(
  ms: number,
  sending: Sending,
  send: (sending: Sending) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
  }, ms).unref();
  const signal = sending?.abortSignal as AbortSignal | undefined;
  const abortSignal = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  try {
    return await send({ ...sending, abortSignal });
  } catch (error) {
    if (!late.signal.aborted || signal?.aborted === true) throw error;
    throw Object.assign(found`no answer within ${String(ms)} ms`, { name: 'TimeoutError' });
  } finally {
    clearTimeout(timer);
  }
}

/** How requests go: directly, or through a proxy. */
interface Way {
  readonly proxy: Proxy | undefined;
  readonly agents: Agents;
  readonly usual: NodeHttpHandler;
  readonly forCompletions: NodeHttpHandler;
}

function closeWay({ agents, usual, forCompletions }: Way): void {
  usual.destroy();
  forCompletions.destroy();
  agents.http.destroy();
  agents.https.destroy();
}

function requireFromStore(status: number | undefined, { proxy }: Way): void {
  if (proxy !== undefined && status === 407) throw authorizationWanted(proxy);
}

function urlOf({ protocol, hostname, port }: Parameters<NodeHttpHandler['handle']>[0]): URL {
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${String(port)}`}`);
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
  const dateMs = storeTime(dateHeader);
  if (dateMs === undefined) return undefined;
  // How much of a long round trip went by before that second can't be told: a body takes time.
  if (answeredAtMs - sentAtMs > maxRoundTripMs) return undefined;
  // The header has whole seconds, so the middle of that second is the best guess.
  return dateMs + 500 - (sentAtMs + answeredAtMs) / 2;
}

/** The longest round trip that counts. */
const maxRoundTripMs = 1000;
