import { request as requestByHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestByHttps } from 'node:https';
import type { Transport } from './transport';
import { found } from '../failures/found';

/**
 * What may be sent without the SDK. Nothing of it removes anything: there is no method for it, and
 * no way to ask a store for it by a query.
 */
export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST';

/** One request, signed and ready to go. */
export interface HttpRequest {
  readonly method: Method;
  /** Where it goes; its path is that of the endpoint. */
  readonly endpoint: URL;
  /** As on the request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | undefined;
  /** How many times as long as others it may move no byte. */
  readonly patience?: number | undefined;
}

/** Bytes that are written to a request as fast as they may go. */
export interface RequestBody {
  readonly bytes: Uint8Array;
  /** Writes all bytes and ends the request. Does nothing more once that is destroyed. */
  send(into: ClientRequest): Promise<void>;
}

/**
 * Sends a request and returns the answer when its head has arrived; the body is for the caller to
 * read or to destroy. Throws `AbortError` where the signal is aborted, `TimeoutError` where no
 * connection comes about or nothing moves, and what the system says of the network.
 */
export function exchange(
  { method, endpoint, target, headers, body, patience = 1 }: HttpRequest,
  transport: Transport,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { connectionTimeoutMs } = transport;
  const stallTimeoutMs = transport.stallTimeoutMs * patience;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(aborted());
      return;
    }
    const isSecure = endpoint.protocol === 'https:';
    const request = (isSecure ? requestByHttps : requestByHttp)({
      agent: transport.agentFor(endpoint),
      // A URL has an IPv6 address in brackets.
      host: endpoint.hostname.replace(/^\[|\]$/g, ''),
      port: endpoint.port,
      method,
      path: target,
      headers,
      setHost: false,
    });
    const stop = () => {
      request.destroy(aborted());
    };
    signal.addEventListener('abort', stop, { once: true });
    request.once('close', () => {
      signal.removeEventListener('abort', stop);
    });
    request.once('response', answer => {
      answer.once('end', () => {
        // It was answered before the store had all of it, and wants no more.
        if (!request.writableEnded) request.destroy();
      });
      try {
        transport.requireFromStore(answer, endpoint);
      } catch (error) {
        request.destroy(error as Error);
        return;
      }
      resolve(answer);
    });
    request.on('error', reject);
    limitConnecting(request, connectionTimeoutMs);
    limitWaiting(request, transport.answerTimeoutMs * patience);
    request.setTimeout(stallTimeoutMs, () => {
      request.destroy(timedOut(found`nothing moved for ${String(stallTimeoutMs)} ms`));
    });
    if (body === undefined) request.end();
    // Where it fails, the request does.
    else body.send(request).catch((error: unknown) => request.destroy(error as Error));
  });
}

/** Ends a request whose connection does not come about in time. */
function limitConnecting(request: ClientRequest, afterMs: number): void {
  request.once('socket', socket => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      request.destroy(timedOut(found`no connection within ${String(afterMs)} ms`));
    }, afterMs);
    const clear = () => {
      clearTimeout(timer);
    };
    socket.once('connect', clear);
    socket.once('close', clear);
  });
}

/** Ends a request whose answer does not begin in time: a byte of its head now and then is no silence. */
function limitWaiting(request: ClientRequest, afterMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => {
      request.destroy(timedOut(found`no answer within ${String(afterMs)} ms`));
    }, afterMs);
  };
  request.once('finish', start);
  const stop = () => {
    request.off('finish', start);
    clearTimeout(timer);
  };
  request.once('response', stop);
  request.once('close', stop);
}

function timedOut(error: Error): Error {
  return Object.assign(error, { name: 'TimeoutError' });
}

function aborted(): Error {
  return Object.assign(new Error('The request was aborted.'), { name: 'AbortError' });
}
