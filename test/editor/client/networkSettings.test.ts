import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mock } from 'node:test';

import { ConfigurationTarget, workspace } from 'vscode';

import { checkConnection } from '../../../src/protocol/credentials';
import { EngineClient } from '../../../src/editor/client/engineClient';
import { rawSettings } from '../../../src/editor/contributions/settings';
import { Failed } from '../../../src/editor/failures/failed';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { CertificateAuthority } from '../../support/servers/certificateAuthority';
import { startProxyServer, type ProxyServer } from '../../support/servers/proxyServer';
import { untilEngineEnds } from '../../support/vscode/engineThreads';
import { workerData, workerFile, workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { testLog } from '../../support/vscode/treeUnderTest';

describe('The engine’s way to the store', () => {
  const log = testLog();
  const authorization = `Basic ${Buffer.from('user:secretword').toString('base64')}`;
  let store: Server;
  let proxy: ProxyServer;
  let engine: EngineClient;
  let tlsStore: TlsServer;
  let folder: TemporaryFolder;
  const authority = new CertificateAuthority();
  const variables = ['AWS_CA_BUNDLE', 'HTTPS_PROXY', 'NO_PROXY'];

  before(async () => {
    store = createServer((_, response) => {
      response.setHeader('content-type', 'application/xml').end(noBuckets);
    });
    store.listen(0, '127.0.0.1');
    await once(store, 'listening');
    const certificate = authority.issue({ names: ['secure.proxy.test'] });
    tlsStore = createTlsServer(certificate, (_, response) => {
      response.setHeader('content-type', 'application/xml').end(noBuckets);
    });
    tlsStore.listen(0, '127.0.0.1');
    await once(tlsStore, 'listening');
    folder = await temporaryFolder('network');
    await writeFile(join(folder.path, 'authority.pem'), authority.cert);
    const hosts = {
      'behind.proxy.test': (store.address() as AddressInfo).port,
      'secure.proxy.test': (tlsStore.address() as AddressInfo).port,
    };
    proxy = await startProxyServer({ hosts, authorization });
  });
  function startEngine(): void {
    engine = new EngineClient(workerFile(), workerData(), { log });
  }
  beforeEach(startEngine);
  afterEach(async () => {
    mock.restoreAll();
    for (const name of variables) Reflect.deleteProperty(process.env, name);
    for (const name of ['proxy', 'noProxy', 'proxySupport']) await set(name, undefined);
    await untilEngineEnds(() => {
      engine.dispose();
    });
  });
  after(async () => {
    await proxy.stop();
    for (const server of [store, tlsStore]) {
      server.closeAllConnections();
      server.close();
    }
    await folder.remove();
    log.dispose();
  });

  async function set(name: string, value: unknown): Promise<void> {
    await workspace.getConfiguration('http').update(name, value, ConfigurationTarget.Global);
  }

  async function outcome(endpoint: string): Promise<string> {
    const settings = { ...rawSettings(workspaceFolder().uri), endpoint };
    const check = { folder: 'f', settings, target: undefined };
    try {
      await engine.sendRequest(checkConnection, check);
      return 'ok';
    } catch (error) {
      assert.ok(error instanceof Failed);
      return error.record.code;
    }
  }

  it('is that of VS Code’s settings, as they are now', async () => {
    const endpoint = 'http://behind.proxy.test';
    await set('proxy', proxy.url);
    assert.equal(await outcome(endpoint), 'proxy-authorization');
    await set('proxy', proxy.url.replace('://', '://user:secretword@'));
    assert.equal(await outcome(endpoint), 'ok');
    assert.ok(proxy.asked.at(-1)?.startsWith(`GET ${endpoint}/`), proxy.asked.at(-1));
    const { length } = proxy.asked;
    mock.method(globalThis, 'fetch', () => Promise.reject(new Error('no way')));
    await set('noProxy', ['.proxy.test']);
    assert.equal(await outcome(endpoint), 'host-not-found');
    assert.equal(proxy.asked.length, length);
  });

  it('leads through a tunnel to a store with a certificate of one’s own authority', async () => {
    const endpoint = 'https://secure.proxy.test';
    await set('proxy', proxy.url.replace('://', '://user:secretword@'));
    assert.equal(await outcome(endpoint), 'certificate');
    assert.equal(proxy.asked.at(-1), 'CONNECT secure.proxy.test:443');
    const refusing = await startProxyServer({ hosts: {}, refusal: 403 });
    await set('proxy', refusing.url);
    assert.equal(await outcome(endpoint), 'proxy-refused');
    await refusing.stop();
    await set('proxy', undefined);
    // The next engine has the variables as they are then.
    await untilEngineEnds(() => {
      engine.dispose();
    });
    process.env['AWS_CA_BUNDLE'] = join(folder.path, 'authority.pem');
    process.env['HTTPS_PROXY'] = proxy.url.replace('://', '://user:secretword@');
    startEngine();
    assert.equal(await outcome(endpoint), 'ok');
  });

  it('leads past the proxy where a variable excepts the store', async () => {
    process.env['HTTPS_PROXY'] = proxy.url;
    process.env['NO_PROXY'] = '.proxy.test';
    mock.method(globalThis, 'fetch', () => Promise.reject(new Error('no way')));
    const { length } = proxy.asked;
    assert.equal(await outcome('https://secure.proxy.test'), 'host-not-found');
    assert.equal(proxy.asked.length, length);
  });

  it('is told to lack a proxy where VS Code reaches the store', async () => {
    const refusing = createServer();
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const endpoint = `http://127.0.0.1:${String((refusing.address() as AddressInfo).port)}`;
    refusing.close();
    await once(refusing, 'close');
    const fetch = mock.method(globalThis, 'fetch', () =>
      Promise.resolve(new Response(null, { status: 403 })),
    );
    assert.equal(await outcome(endpoint), 'only-vscode-reaches');
    assert.equal(fetch.mock.callCount(), 1);
    fetch.mock.mockImplementation(() => Promise.resolve(new Response(null, { status: 502 })));
    assert.equal(await outcome(endpoint), 'unreachable');
  });
});

const noBuckets =
  '<?xml version="1.0"?><ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>';
