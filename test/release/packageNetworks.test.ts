import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { request as requestByHttp } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot } from '../../dev/repositoryRoot';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { CertificateAuthority } from '../support/servers/certificateAuthority';
import { cloudContents } from '../support/servers/cloudContents';
import { startProxyServer, type ProxyServer } from '../support/servers/proxyServer';
import { eventually } from '../support/suite/eventually';
import { testVariables } from '../support/suite/testEnvironment';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';

const bucket = 'networks';
const host = 'store.test';

/** Too slow for each run: a VS Code is started for each way. */
describe('The package in a VS Code behind a network', function () {
  this.timeout(120_000);
  const authority = new CertificateAuthority();
  const authorization = `Basic ${Buffer.from('user:secretword').toString('base64')}`;
  const undo: (() => Promise<void> | void)[] = [];
  let temporary: TemporaryFolder;
  let vsix: string;
  let caFile: string;
  let store: Server;
  let proxy: ProxyServer;
  let proxyWithPassword: string;
  /** Where the store behind the certificate hands its requests on to. */
  let target: URL | undefined;

  before(async function () {
    if (process.env[testVariables.networks] === undefined) this.skip();
    temporary = await temporaryFolder('networks');
    vsix = join(temporary.path, 's3-backup.vsix');
    const script = join(repositoryRoot, 'out', 'scripts', 'package.js');
    await promisify(execFile)(process.execPath, [script, vsix], { cwd: repositoryRoot });
    caFile = join(temporary.path, 'authority.pem');
    await writeFile(caFile, authority.cert);
    store = createServer(authority.issue({ names: [host] }), (request, response) => {
      const onward = requestByHttp(
        {
          port: target?.port,
          host: target?.hostname,
          method: request.method,
          path: request.url,
          headers: { ...request.headers, host: target?.host },
        },
        answer => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    store.listen(0, '127.0.0.1');
    await once(store, 'listening');
    const hosts = { [host]: (store.address() as AddressInfo).port };
    proxy = await startProxyServer({ hosts, authorization });
    proxyWithPassword = proxy.url.replace('://', '://user:secretword@');
  });
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });
  after(async () => {
    if (process.env[testVariables.networks] === undefined) return;
    await proxy.stop();
    store.closeAllConnections();
    store.close();
    await temporary.remove();
  });

  /** Compares a folder with one file in a VS Code that has just been installed. */
  async function compareBehind(
    settings: Readonly<Record<string, unknown>>,
    env: Readonly<Record<string, string>>,
  ): Promise<UiSession> {
    const folder = join(temporary.path, `project ${String(count++)}`);
    await mkdir(folder);
    await writeFile(join(folder, 'moon.txt'), 'full');
    const session = await startUiSession({
      workspace: folder,
      buckets: [bucket],
      settings: {
        's3Backup.bucket': bucket,
        's3Backup.prefix': 'p/',
        's3Backup.endpoint': `https://${host}`,
        ...settings,
      },
      env,
      extensions: [vsix],
    });
    undo.push(() => session.stop());
    target = new URL(session.s3.endpoint);
    await session.workbench.showViewContainer('S3 Backup');
    await session.workbench.runCommand('S3 Backup: Compare');
    return session;
  }
  let count = 0;

  async function assertBacksUp({ workbench, s3 }: UiSession): Promise<void> {
    const tree = workbench.tree('Files');
    await tree.waitForRow('Missing in Cloud');
    await tree.expand('Missing in Cloud');
    await tree.click('moon.txt');
    const cloud = cloudContents(s3.endpoint, bucket);
    undo.push(() => {
      cloud.close();
    });
    await eventually(async () => {
      assert.deepEqual(await cloud.keys(''), ['p/moon.txt']);
    });
  }

  /** The log names the failure by its code. */
  async function assertFailsBy(code: string, { server }: UiSession): Promise<void> {
    await eventually(() => {
      const logs = globSync('data/logs/**/*.log', { cwd: server.serverDataDir });
      const text = logs.map(file => readFileSync(join(server.serverDataDir, file), 'utf8'));
      assert.ok(
        text.some(each => each.includes(`[error] ${code} `)),
        code,
      );
    }, 60_000);
  }

  it('backs up through a proxy with a password, to a store whose authority a variable names', async () => {
    const before = proxy.asked.length;
    const settings = { 'http.proxy': proxyWithPassword };
    await assertBacksUp(await compareBehind(settings, { AWS_CA_BUNDLE: caFile }));
    assert.ok(proxy.asked.slice(before).includes(`CONNECT ${host}:443`));
  });

  it('backs up through the proxy of a variable, where this computer trusts the authority', async () => {
    // OpenSSL takes this file for the computer's own store.
    const env = { HTTPS_PROXY: proxyWithPassword, SSL_CERT_FILE: caFile };
    await assertBacksUp(await compareBehind({}, env));
  });

  it('says that the proxy refuses, or wants a password', async () => {
    const refusing = await startProxyServer({ hosts: {}, refusal: 403 });
    undo.push(refusing.stop);
    await assertFailsBy('proxy-refused', await compareBehind({ 'http.proxy': refusing.url }, {}));
    await assertFailsBy(
      'proxy-authorization',
      await compareBehind({ 'http.proxy': proxy.url }, {}),
    );
  });

  it('says that nobody here trusts the authority', async () => {
    await assertFailsBy(
      'certificate',
      await compareBehind({ 'http.proxy': proxyWithPassword }, {}),
    );
  });

  it('asks the store itself where it is excepted from the proxy of a variable', async () => {
    const before = proxy.asked.length;
    const env = { HTTPS_PROXY: proxyWithPassword, AWS_CA_BUNDLE: caFile };
    await assertFailsBy('host-not-found', await compareBehind({ 'http.noProxy': [host] }, env));
    const byEngine = proxy.asked.slice(before).filter(line => line.includes(host));
    assert.deepEqual(byEngine, []);
  });
});
