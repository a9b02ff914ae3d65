import { EventEmitter, once } from 'node:events';
import { Agent as HttpAgent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { connect as connectByTcp, type Socket } from 'node:net';
import { connect as connectByTls, type SecureContext } from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Proxy } from '../config/proxy';
import { Failure } from '../failures/failure';
import { found } from '../failures/found';
import { maxPlaces } from '../network/concurrencyLevel';
import { ConnectionReads } from './connectionReads';

/** The pools of sockets by which requests go one way: directly, or through one proxy. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpAgent;
}

export interface AgentsOptions {
  /** Requests go directly without one. */
  readonly proxy: Proxy | undefined;
  /** Makes what TLS connections trust. It is called when the first one is made. */
  readonly trust: () => SecureContext;
  readonly connectionTimeoutMs: number;
}

/**
 * Returns agents of our own: with the SDK's, every body over 2 MiB would open a connection for itself
 * and wait for "100 Continue", which some stores never send.
 */
export function createAgents(options: AgentsOptions): Agents {
  const { proxy } = options;
  if (proxy === undefined) {
    return { http: new DirectAgent(pooling), https: new TrustingAgent(options) };
  }
  const way = { ...options, proxy };
  return { http: new ForwardingAgent(way), https: new TunnelAgent(way) };
}

/** To one store, some of them for lists and questions, which are not to wait for bodies. */
export const maxSockets = maxPlaces + 8;
const pooling = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const;

/** Reads with less memory than Node's own. */
class DirectAgent extends HttpAgent {
  override createConnection(
    ...[options, done]: Parameters<HttpAgent['createConnection']>
  ): ReturnType<HttpAgent['createConnection']> {
    return ConnectionReads.connect(reading =>
      super.createConnection({ ...options, ...reading }, done),
    );
  }
}

/** By way of a proxy. */
interface ProxyWay extends AgentsOptions {
  readonly proxy: Proxy;
}

/**
 * Makes connections by one context: the certificates of a computer are read once and not for each
 * connection, and not at all for stores without TLS.
 */
class TrustingAgent extends HttpsAgent {
  readonly #trust: () => SecureContext;

  constructor({ trust }: AgentsOptions) {
    super(pooling satisfies AgentOptions);
    this.#trust = trust;
  }

  override createConnection(
    ...[options, done]: Parameters<HttpsAgent['createConnection']>
  ): ReturnType<HttpsAgent['createConnection']> {
    const trusting = { ...options, secureContext: this.#trust() };
    return ConnectionReads.connect(reading =>
      super.createConnection({ ...trusting, ...reading }, done),
    );
  }
}

/** Has the proxy connect it with the store (CONNECT; RFC 9110, section 9.3.6), and speaks TLS there. */
class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #way: ProxyWay;

  constructor(way: ProxyWay) {
    const { url, authorization, isStrict } = way.proxy;
    super(url, {
      ...pooling,
      headers: authorizationHeader(authorization),
      // It is about the proxy alone: what goes to the store does not go by these options.
      rejectUnauthorized: isStrict,
    });
    this.#way = way;
  }

  /** The library would look at the stack, on which a request that had to wait stands no more. */
  override isSecureEndpoint(): boolean {
    return true;
  }

  override async connect(
    ...[, options]: Parameters<HttpsProxyAgent<string>['connect']>
  ): Promise<Socket> {
    // A request that waits for a socket may have several made for it, of which only one is its own:
    // the answer of each proxy connection is to be told apart, and none may touch the request.
    const events = new EventEmitter();
    let told: ConnectAnswer | undefined;
    events.once('proxyConnect', (answer: ConnectAnswer) => {
      told = answer;
    });
    const secureContext = this.#way.trust();
    const socket = await reach(this.#way, signal => {
      this.connectOpts = { ...this.connectOpts, secureContext, signal };
      return super.connect(
        events as unknown as ClientRequest,
        { ...options, secureContext } as typeof options,
      );
    });
    if (told?.statusCode === 200) return socket;
    // Nothing of it is the store's answer.
    socket.destroy();
    throw refusal(this.#way.proxy, told);
  }
}

/** Sends whole requests to the proxy, which reads them (RFC 9112, section 3.2.2). */
class ForwardingAgent extends HttpProxyAgent<string> {
  readonly #way: ProxyWay;

  constructor(way: ProxyWay) {
    super(way.proxy.url, { ...pooling, rejectUnauthorized: way.proxy.isStrict });
    this.#way = way;
  }

  override isSecureEndpoint(): boolean {
    return false;
  }

  /** The library would normalise the path, which is signed as it is. */
  override setRequestProps(
    ...[request]: Parameters<HttpProxyAgent<string>['setRequestProps']>
  ): void {
    request.path = `http://${String(request.getHeader('host'))}${request.path}`;
    for (const [name, value] of Object.entries(authorizationHeader(this.#way.proxy.authorization)))
      request.setHeader(name, value);
  }

  /** The library would write the head of the request anew, even of one that is being sent. */
  override connect(): Promise<Socket> {
    return reach(this.#way, async signal => {
      const options = { ...this.connectOpts, signal };
      const isSecure = this.#way.proxy.url.startsWith('https:');
      const socket = isSecure
        ? connectByTls({ ...options, secureContext: this.#way.trust() })
        : connectByTcp(options);
      // Before its certificate is checked, what is wrong with it would seem to be the store's.
      await once(socket, isSecure ? 'secureConnect' : 'connect');
      return socket;
    });
  }
}

/** Throws `proxy-unreachable` where the proxy itself gives no answer in time. */
async function reach(
  { proxy, connectionTimeoutMs }: ProxyWay,
  connect: (signal: AbortSignal) => Promise<Socket>,
): Promise<Socket> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(found`no connection within ${String(connectionTimeoutMs)} ms`);
  }, connectionTimeoutMs);
  try {
    return await connect(late.signal);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why: unknown = late.signal.aborted ? late.signal.reason : error;
    throw new Failure('proxy-unreachable', proxy.url, new Error(proxy.source, { cause: why }));
  } finally {
    clearTimeout(timer);
  }
}

interface ConnectAnswer {
  readonly statusCode: number;
  readonly statusText: string;
}

/** Returns what to throw where a proxy makes no connection with the store. */
function refusal(proxy: Proxy, answer: ConnectAnswer | undefined): Error {
  const { statusCode: status = 0, statusText = '' } = answer ?? {};
  const words = found`it answers ${`${String(status)} ${statusText}`.trimEnd()}`;
  if (status === 407) return authorizationWanted(proxy);
  const cause = new Error(proxy.source, { cause: words });
  if (status < 500) return new Failure('proxy-refused', proxy.url, cause);
  // It could not reach the store, and nothing was sent.
  const code = 'ECONNREFUSED';
  return Object.assign(found`by the proxy ${proxy.url}: ${words}`, { code });
}

/** What to throw where a proxy answers 407 (RFC 9110, section 15.5.8). */
export function authorizationWanted(proxy: Proxy): Failure {
  return new Failure('proxy-authorization', proxy.url, new Error(proxy.source));
}

function authorizationHeader(value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { 'Proxy-Authorization': value };
}
