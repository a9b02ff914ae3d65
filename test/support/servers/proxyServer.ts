import { once } from 'node:events';
import {
  createServer,
  request as requestByHttp,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Certificate } from './certificateAuthority';

export interface ProxyServerOptions {
  /** The local ports of hosts that only the proxy knows. */
  readonly hosts: Readonly<Record<string, number>>;
  /** The header `Proxy-Authorization` that it wants. */
  readonly authorization?: string;
  /** The status with which it refuses all it is asked for; 0 for no answer at all. */
  readonly refusal?: number;
  /** Speaks TLS itself. */
  readonly certificate?: Certificate;
}

/** A proxy for HTTP: it makes tunnels (CONNECT), and forwards requests with a whole URL. */
export interface ProxyServer {
  readonly url: string;
  /** What came, as in `CONNECT host:443`, in order. */
  readonly asked: string[];
  readonly stop: () => Promise<void>;
}

export async function startProxyServer(options: ProxyServerOptions): Promise<ProxyServer> {
  const { hosts, authorization, refusal, certificate } = options;
  const asked: string[] = [];
  const open = new Set<Duplex>();

  /** Returns the status of a refusal; `undefined` where it may pass. */
  function refused({ headers }: IncomingMessage): number | undefined {
    if (refusal !== undefined) return refusal;
    const isKnown = authorization === undefined || headers['proxy-authorization'] === authorization;
    return isKnown ? undefined : 407;
  }

  const tunnel = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { url = '' } = request;
    asked.push(`CONNECT ${url}`);
    open.add(socket);
    socket.on('error', () => socket.destroy());
    const status = refused(request);
    if (status === 0) return;
    const port = hosts[url.replace(/:\d+$/, '')];
    if (status !== undefined || port === undefined) {
      socket.end(`HTTP/1.1 ${String(status ?? 502)} No\r\ncontent-length: 4\r\n\r\nhtml`);
      return;
    }
    const store = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      store.write(head);
      socket.pipe(store).pipe(socket);
    });
    open.add(store);
    store.on('error', () => socket.destroy());
    socket.on('close', () => store.destroy());
  };
  const forward = (request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${String(request.method)} ${String(request.url)}`);
    const status = refused(request);
    if (status !== undefined) {
      response.writeHead(status).end('html');
      return;
    }
    // Not by `URL`, which would change the path.
    const [, host = '', path = ''] = /^http:\/\/([^/:]+)[^/]*(\/.*)$/.exec(request.url ?? '') ?? [];
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const onward = requestByHttp(
      { port: hosts[host], host: '127.0.0.1', method: request.method, path, headers },
      answer => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
  const server =
    certificate === undefined ? createServer(forward) : createTlsServer(certificate, forward);
  server.on('connect', tunnel);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    asked,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
