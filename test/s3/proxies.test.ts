import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import {
  createServer as createPlainServer,
  request as requestByHttp,
  type IncomingMessage,
  type Server as PlainServer,
  type ServerResponse,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { parseConnectionSettings } from '../../src/engine/config/settings';
import { describeFailure, failureBefore } from '../../src/engine/failures/failure';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { Transport } from '../../src/engine/s3/transport';
import { CertificateAuthority } from '../support/servers/certificateAuthority';
import {
  startProxyServer,
  type ProxyServer,
  type ProxyServerOptions,
} from '../support/servers/proxyServer';

/** Stores whose names only the proxy can resolve, so that nothing can get there without it. */
const secure = 'https://secure.store.test';
const plain = 'http://plain.store.test';
const bucket = 'behind-proxies';
const user = 'somebody';
const password = 'pass word/%41';
const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const withPassword = (url: string) =>
  url.replace('://', `://${user}:${encodeURIComponent(password)}@`);

describe('A store behind a proxy', () => {
  const authority = new CertificateAuthority();
  const proxies: ProxyServer[] = [];
  let s3: EmbeddedS3;
  let tlsStore: Server;
  let plainStore: PlainServer;
  let folder: TemporaryFolder;
  let bundle: string;
  let hosts: ProxyServerOptions['hosts'];
  let restoreVariables: () => void;

  before(async () => {
    s3 = await startEmbeddedS3({ buckets: [bucket] });
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any-secret' });
    folder = await temporaryFolder('proxies');
    bundle = join(folder.path, 'authority.pem');
    await writeFile(bundle, authority.cert);
    const s3Port = Number(new URL(s3.endpoint).port);
    tlsStore = createServer(authority.issue({ names: ['secure.store.test'] }), passOnTo(s3Port));
    tlsStore.listen(0, '127.0.0.1');
    await once(tlsStore, 'listening');
    plainStore = createPlainServer(passOnTo(s3Port));
    plainStore.listen(0, '127.0.0.1');
    await once(plainStore, 'listening');
    hosts = {
      'plain.store.test': (plainStore.address() as AddressInfo).port,
      'secure.store.test': (tlsStore.address() as AddressInfo).port,
    };
  });
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.stop();
  });
  after(async () => {
    for (const server of [tlsStore, plainStore]) {
      server.closeAllConnections();
      server.close();
    }
    restoreVariables();
    await s3.stop();
    await folder.remove();
  });

  async function proxy(options: Omit<ProxyServerOptions, 'hosts'> = {}): Promise<ProxyServer> {
    const started = await startProxyServer({ hosts, ...options });
    proxies.push(started);
    return started;
  }

  function connect(
    raw: Readonly<Record<string, unknown>>,
    env: NodeJS.ProcessEnv = {},
    transportOptions: { readonly connectionTimeoutMs?: number } = {},
  ): S3Connection {
    const settings = parseConnectionSettings(
      { region: 'us-east-1', ...raw },
      () => ({ caBundle: { path: bundle, source: 'AWS_CA_BUNDLE' } }),
      env,
    );
    return new S3Connection(settings, {
      transport: new Transport({ ...settings, ...transportOptions }),
    });
  }

  /** Lists buckets by the SDK, and puts and lists an object by the direct client. */
  async function use(connection: S3Connection, key = 'a//b/c d%41'): Promise<string> {
    const retried = new AbortController();
    const { signal } = retried;
    // What is tried again has failed.
    const onAttempt = (number: number) => {
      if (number > 1) retried.abort();
    };
    try {
      const { buckets } = await connection.account.buckets({ signal, onAttempt });
      assert.deepEqual(
        buckets.map(({ name }) => name),
        [bucket],
      );
      const target = connection.bucket(bucket);
      const body = Buffer.from('by way of a proxy');
      const before = await target.head({ key, signal });
      await target.put({
        key,
        body,
        attributes: { contentType: 'text/plain', metadata: {} },
        condition:
          before === undefined ? { kind: 'absent' } : { kind: 'unchanged', etag: before.etag },
        signal,
      });
      const keys: string[] = [];
      for await (const page of target.list({ prefix: '', signal })) {
        keys.push(...page.map(each => each.key));
      }
      assert.ok(keys.includes(key), keys.join(' '));
      return 'ok';
    } catch (error) {
      const failure = failureBefore(error);
      if (failure === undefined) throw error;
      return `${failure.code} ${failure.subject} ${describeFailure(failure)}`;
    } finally {
      connection.close();
    }
  }

  it('is reached through a tunnel, with few connections for many requests', async () => {
    const { url, asked } = await proxy();
    assert.equal(await use(connect({ endpoint: secure, 'http.proxy': url })), 'ok');
    assert.deepEqual([...new Set(asked)], ['CONNECT secure.store.test:443']);
    assert.ok(asked.length <= 2, asked.join('\n'));
  });

  it('is reached through a proxy that forwards, each name as it is', async () => {
    const { url, asked } = await proxy();
    const connection = connect({ endpoint: plain, 'http.proxy': url });
    assert.equal(await use(connection), 'ok');
    const put = asked.find(line => line.startsWith('PUT'));
    assert.equal(put, `PUT ${plain}/${bucket}/a//b/c%20d%2541`);
  });

  it('is reached by what the environment names', async () => {
    const { url, asked } = await proxy();
    assert.equal(await use(connect({ endpoint: secure }, { HTTPS_PROXY: url })), 'ok');
    assert.equal(await use(connect({ endpoint: plain }, { http_proxy: url })), 'ok');
    assert.ok(asked.some(line => line.startsWith('CONNECT')));
    assert.ok(asked.some(line => line.startsWith('GET http:')));
  });

  it('is reached through a proxy that wants a password, by the address or by the header', async () => {
    const { url } = await proxy({ authorization: basic });
    for (const endpoint of [secure, plain]) {
      const byAddress = { endpoint, 'http.proxy': withPassword(url) };
      assert.equal(await use(connect(byAddress)), 'ok', endpoint);
      const byHeader = { endpoint, 'http.proxy': url, 'http.proxyAuthorization': basic };
      assert.equal(await use(connect(byHeader)), 'ok', endpoint);
      assert.match(
        await use(connect({ endpoint, 'http.proxy': url })),
        new RegExp(`^proxy-authorization ${url} .*http\\.proxy`),
      );
    }
  });

  it('never has the password of the proxy in a failure', async () => {
    const { url } = await proxy({ authorization: 'Basic other' });
    const told = await use(connect({ endpoint: secure, 'http.proxy': withPassword(url) }));
    assert.match(told, /^proxy-authorization/);
    const gone = withPassword('http://127.0.0.1:1');
    const unreachable = await use(connect({ endpoint: secure, 'http.proxy': gone }));
    assert.match(
      unreachable,
      /^proxy-unreachable http:\/\/127\.0\.0\.1:1 .*http\.proxy.*ECONNREFUSED/,
    );
    for (const text of [told, unreachable]) {
      assert.ok(!text.includes(password) && !text.includes(encodeURIComponent(password)), text);
      assert.ok(!text.includes(basic.slice(6)), text);
    }
  }).timeout(20_000);

  it('is not reached through a proxy that refuses it; the store is not to blame', async () => {
    const refusing = await proxy({ refusal: 403 });
    const settings = { endpoint: secure, 'http.proxy': refusing.url };
    assert.match(
      await use(connect(settings)),
      new RegExp(`^proxy-refused ${refusing.url} .*http\\.proxy.*403`),
    );
    assert.equal(refusing.asked.length, 1);
    const failing = await proxy({ refusal: 503 });
    const told = await use(connect({ ...settings, 'http.proxy': failing.url }));
    assert.match(told, new RegExp(`^unreachable ${secure} .*${failing.url}.*503`));
  });

  it('does not wait for a proxy that says nothing', async () => {
    const silent = await proxy({ refusal: 0 });
    const settings = { endpoint: secure, 'http.proxy': silent.url };
    const connection = connect(settings, {}, { connectionTimeoutMs: 100 });
    assert.match(await use(connection), /^proxy-unreachable .*no connection within 100 ms/);
  });

  it('is asked directly where it is excepted', async () => {
    const { url, asked } = await proxy();
    for (const exception of [
      { raw: { 'http.proxy': url, 'http.noProxy': ['.store.test'] }, env: {} },
      { raw: {}, env: { HTTPS_PROXY: url, NO_PROXY: 'store.test' } },
      { raw: { 'http.proxy': url, 'http.proxySupport': 'off' }, env: {} },
    ]) {
      const told = await use(connect({ endpoint: secure, ...exception.raw }, exception.env));
      assert.match(told, /^host-not-found/);
    }
    assert.equal(await use(connect({ endpoint: s3.endpoint, 'http.proxy': url })), 'ok');
    assert.deepEqual(asked, []);
  }).timeout(20_000);

  it('has its certificate checked behind the proxy, whatever is said of the proxy’s own', async () => {
    const { url } = await proxy();
    const raw = { endpoint: secure, 'http.proxy': url, 'http.proxyStrictSSL': false };
    const settings = parseConnectionSettings({ region: 'us-east-1', ...raw });
    assert.match(await use(new S3Connection(settings)), /^certificate https:/);
  });

  it('is reached through a proxy that speaks TLS, if that is trusted or need not be', async () => {
    const trusted = await proxy({ certificate: authority.issue() });
    const foreign = await proxy({ certificate: new CertificateAuthority().issue() });
    for (const endpoint of [secure, plain]) {
      assert.equal(await use(connect({ endpoint, 'http.proxy': trusted.url })), 'ok', endpoint);
      const raw = { endpoint, 'http.proxy': foreign.url };
      assert.match(await use(connect(raw)), /^proxy-unreachable/, endpoint);
      assert.equal(await use(connect({ ...raw, 'http.proxyStrictSSL': false })), 'ok', endpoint);
    }
  }).timeout(30_000);
});

function passOnTo(port: number) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { method, url: path } = request;
    // The embedded server would take the host for that of a bucket.
    const headers = { ...request.headers, host: `127.0.0.1:${String(port)}` };
    const onward = requestByHttp({ port, host: '127.0.0.1', method, path, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
}
