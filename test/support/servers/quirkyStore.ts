import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { quirkyBucket, type Quirks, type StoreRequest } from './quirkyAnswers';
import { QuirkyContents } from './quirkyContents';

/** One S3 server in memory, right in all that it is asked for but in its quirks. */
export interface QuirkyStore {
  readonly endpoint: string;
  /** What is odd about it from now on; nothing at first. */
  quirks: Quirks;
  /** All requests so far, in the order of their arrival. */
  readonly requests: readonly StoreRequest[];
  bytes(key: string): Buffer | undefined;
  /** What a stranger stores, past the engine; gives its ETag. */
  place(key: string, body: string | Buffer, modifiedAtMs: number): string;
  stop(): Promise<void>;
}

/** Starts it on loopback. It checks no signatures. */
export async function startQuirkyStore(): Promise<QuirkyStore> {
  const contents = new QuirkyContents();
  const requests: StoreRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing);
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = toRequest(incoming, await buffer(incoming));
    requests.push(request);
    const { quirks } = store;
    const carryOut = () => contents.answer(request, quirks);
    const given = quirks.around === undefined ? carryOut() : quirks.around(request, carryOut);
    if (given === 'no-answer') {
      incoming.socket.destroy();
      return;
    }
    for (const [name, value] of Object.entries(given.headers)) {
      if (value !== undefined) outgoing.setHeader(name, value);
    }
    outgoing.writeHead(given.status);
    outgoing.end(incoming.method === 'HEAD' ? undefined : given.body);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const store: QuirkyStore = {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    quirks: {},
    requests,
    bytes: key => contents.find(key)?.body,
    place: (key, body, modifiedAtMs) =>
      contents.store(key, { body: Buffer.from(body), headers: {}, modifiedAtMs }).digest,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return store;
}

function toRequest({ method, url = '', headers }: IncomingMessage, body: Buffer): StoreRequest {
  const { pathname, searchParams: query } = new URL(url, 'http://store');
  const key = decodeURIComponent(pathname.slice(`/${quirkyBucket}/`.length));
  return { kind: kindOf(method, key, query), key, query, headers, body };
}

function kindOf(method = '', key: string, query: URLSearchParams): StoreRequest['kind'] {
  if (key === '' && method === 'HEAD') return 'bucket';
  if (key === '') return query.has('list-type') ? 'list' : 'settings';
  if (method === 'DELETE') return 'abort';
  if (method === 'POST') return query.has('uploads') ? 'begin' : 'completion';
  if (method === 'PUT') return query.has('partNumber') ? 'part' : 'put';
  if (method === 'HEAD') return 'head';
  return query.has('uploadId') ? 'parts' : 'get';
}
