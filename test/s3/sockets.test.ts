import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';

import { setAwsVariables } from '../../dev/awsVariables';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { parseConnectionSettings } from '../../src/engine/config/settings';
import { maxSockets } from '../../src/engine/s3/agents';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { eventually } from '../support/suite/eventually';
import { testVariables } from '../support/suite/testEnvironment';
import { CertificateAuthority } from '../support/servers/certificateAuthority';
import { startProxyServer } from '../support/servers/proxyServer';

/** `npm run full` has 10,000. */
const requests = Number(process.env[testVariables.requests] ?? 2_000);
/** More than there are sockets: the others wait for one. */
const workers = 2 * maxSockets;

describe('The sockets to a store', function () {
  this.timeout(240_000);
  const authority = new CertificateAuthority();
  const undo: (() => Promise<void> | void)[] = [];
  let now: Set<Socket>;
  let folder: TemporaryFolder;
  let caBundle: { readonly path: string; readonly source: string };
  let opened: number;
  let answered: number;

  before(async () => {
    folder = await temporaryFolder('sockets');
    caBundle = { path: join(folder.path, 'authority.pem'), source: 'AWS_CA_BUNDLE' };
    await writeFile(caBundle.path, authority.cert);
  });
  after(() => folder.remove());
  beforeEach(() => {
    now = new Set();
    opened = 0;
    answered = 0;
    undo.push(setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any-secret' }));
  });
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  /** Answers that there is no such object; each hundredth time it hangs up instead. */
  async function serve(server: Server): Promise<number> {
    server.on('request', (request, response) => {
      answered++;
      if (answered % 100 === 0) request.socket.destroy();
      else response.writeHead(404, { 'content-length': 0 }).end();
    });
    server.on('connection', (socket: Socket) => {
      opened++;
      now.add(socket);
      socket.once('close', () => now.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    undo.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  async function useUp(raw: Readonly<Record<string, unknown>>): Promise<number> {
    const settings = parseConnectionSettings({ region: 'us-east-1', ...raw }, () => ({ caBundle }));
    const connection = new S3Connection(settings);
    const bucket = connection.bucket('b');
    const signal = AbortSignal.timeout(220_000);
    let left = requests;
    let most = 0;
    const work = async () => {
      while (left-- > 0) {
        assert.equal(await bucket.head({ key: `k${String(left)}`, signal }), undefined);
        most = Math.max(most, now.size);
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    connection.close();
    await eventually(() => {
      assert.equal(now.size, 0);
    });
    return most;
  }

  it('are few for thousands of requests, and given back', async () => {
    const port = await serve(createServer());
    const most = await useUp({ endpoint: `http://127.0.0.1:${String(port)}` });
    assert.ok(most <= maxSockets, String(most));
    assert.ok(opened < requests / 5, String(opened));
  });

  it('are few through a tunnel, too', async () => {
    const port = await serve(createTlsServer(authority.issue({ names: ['store.test'] })));
    const proxy = await startProxyServer({ hosts: { 'store.test': port } });
    undo.push(proxy.stop);
    const most = await useUp({ endpoint: 'https://store.test', 'http.proxy': proxy.url });
    assert.ok(most <= maxSockets, String(most));
    assert.equal(proxy.asked.length, opened);
    assert.ok(opened < requests / 5, String(opened));
  });
});
