import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { promisify } from 'node:util';

import type { TrustSettings } from '../../src/engine/config/settings';
import { Failure } from '../../src/engine/failures/failure';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { setAwsVariables } from '../../dev/awsVariables';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import {
  CertificateAuthority,
  type CertificateOptions,
} from '../support/servers/certificateAuthority';

const run = promisify(execFile);
const dayMs = 86_400_000;
const buckets =
  '<?xml version="1.0"?><ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>';

describe('The certificate of a store', () => {
  const authority = new CertificateAuthority();
  const servers: Server[] = [];
  let folder: TemporaryFolder;
  let authorityFile: string;
  let restoreVariables: () => void;

  before(async () => {
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
    folder = await temporaryFolder('trust');
    authorityFile = join(folder.path, 'authority.pem');
    await writeFile(authorityFile, authority.cert);
  });
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  after(async () => {
    restoreVariables();
    await folder.remove();
  });

  async function storeWith(options: CertificateOptions = {}): Promise<string> {
    const server = createServer(authority.issue(options), (_, response) => {
      response.setHeader('content-type', 'application/xml').end(buckets);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  const settingsOf = (endpoint: string, trust: TrustSettings) => ({
    profile: undefined,
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    trust,
  });
  const byBundle = (): TrustSettings => ({
    system: true,
    bundle: { path: authorityFile, source: 'AWS_CA_BUNDLE' },
  });

  async function outcome(endpoint: string, trust: TrustSettings): Promise<string> {
    const connection = new S3Connection(settingsOf(endpoint, trust));
    try {
      await connection.check({ target: undefined, signal: AbortSignal.timeout(20_000) });
      return 'ok';
    } catch (error) {
      assert.ok(error instanceof Failure);
      return `${error.code} ${error.subject}`;
    } finally {
      connection.close();
    }
  }

  /** The same in the worker of another process, whose system trusts what the file has. */
  async function outcomeInWorker(
    endpoint: string,
    trust: TrustSettings,
    env: NodeJS.ProcessEnv,
  ): Promise<string> {
    const worker = join(__dirname, '..', 'support', 'processes', 'trustingWorker.js');
    const settings = JSON.stringify(settingsOf(endpoint, trust));
    const { stdout } = await run(process.execPath, [worker, settings], {
      env: { ...process.env, ...env },
    });
    const said = stdout.trim();
    return said === 'ok' ? said : ((JSON.parse(said) as readonly string[])[0] ?? '');
  }

  it('counts in the engine’s worker where this computer trusts its authority', async function () {
    // On Windows and macOS, the store of the system cannot be another one for a test.
    if (process.platform !== 'linux' || !('getCACertificates' in tls)) this.skip();
    const endpoint = await storeWith();
    const env = { SSL_CERT_FILE: authorityFile };
    const system = { system: true, bundle: undefined };
    assert.equal(await outcomeInWorker(endpoint, system, env), 'ok');
    assert.equal(await outcomeInWorker(endpoint, { ...system, system: false }, env), 'certificate');
    assert.equal(await outcomeInWorker(endpoint, system, {}), 'certificate');
  });

  it('counts where NODE_EXTRA_CA_CERTS names its authority', async () => {
    const endpoint = await storeWith();
    const env = { NODE_EXTRA_CA_CERTS: authorityFile };
    for (const system of [true, false]) {
      assert.equal(await outcomeInWorker(endpoint, { system, bundle: undefined }, env), 'ok');
    }
  });

  it('counts where environment or profile name a file with its authority', async () => {
    const endpoint = await storeWith();
    assert.equal(await outcome(endpoint, byBundle()), 'ok');
    assert.equal(await outcome(endpoint, { ...byBundle(), system: false }), 'ok');
  });

  it('does not count by a file that is none; the failure names who names it', async () => {
    const endpoint = await storeWith();
    const missing = { path: join(folder.path, 'no.pem'), source: 'AWS_CA_BUNDLE' };
    const trust = { system: true, bundle: missing };
    assert.equal(await outcome(endpoint, trust), 'invalid-setting AWS_CA_BUNDLE');
    await writeFile(missing.path, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    assert.equal(await outcome(endpoint, trust), 'invalid-setting AWS_CA_BUNDLE');
  });

  it('does not count by an authority that nobody trusts, another name, or its dates', async () => {
    const plain = await storeWith();
    assert.equal(await outcome(plain, { system: true, bundle: undefined }), `certificate ${plain}`);
    const other = await storeWith({ names: ['other.test'] });
    assert.equal(await outcome(other, byBundle()), `certificate-name ${other}`);
    const past = await storeWith({ until: new Date(Date.now() - 1_000) });
    assert.equal(await outcome(past, byBundle()), `certificate-date ${past}`);
    const future = await storeWith({
      from: new Date(Date.now() + dayMs),
      until: new Date(Date.now() + 2 * dayMs),
    });
    assert.equal(await outcome(future, byBundle()), `certificate-date ${future}`);
  });
});
