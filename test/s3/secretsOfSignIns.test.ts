import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { compare } from '../../src/protocol/comparisons';
import {
  askForMfaCode,
  callerIdentity,
  checkConnection,
  credentialSources,
  showSignInPage,
  signIn,
  typedAccessKey,
} from '../../src/protocol/credentials';
import type { FolderSetup } from '../../src/protocol/folders';
import { planBackUp, runPlan } from '../../src/protocol/plans';
import { reportPage } from '../../src/protocol/reports';
import { awsFiles, type AwsFiles } from '../support/disk/awsFiles';
import { aFolder } from '../support/engine/aFolder';
import { startEngineWorker, type EngineWorker } from '../support/processes/engineWorker';
import { CertificateAuthority } from '../support/servers/certificateAuthority';
import { echoes } from '../support/servers/echoes';
import { startProxyServer } from '../support/servers/proxyServer';
import { startSignInService, type SignInService } from '../support/servers/signInService';
import { securityTokenService } from '../support/servers/tokenService';

const code = '739416';

/**
 * All that leaves the engine's thread is what log, messages, notifications and their translations are
 * made of; all that it writes is in one folder, but for the token, which the AWS CLI is to find.
 */
describe('What leaves the thread of an engine', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let aws: AwsFiles;
  let service: SignInService;
  let store: Server;
  let endpoint: string;
  let answer: (sent: string, response: ServerResponse, request: IncomingMessage) => void;
  let engine: EngineWorker;
  const running: EngineWorker[] = [];
  let told: string[];
  /** Marks that the store was sent, so that it could repeat them. */
  let repeated: number;

  beforeEach(async () => {
    folder = await temporaryFolder('sign-ins');
    await mkdir(join(folder.path, 'here'));
    await writeFile(join(folder.path, 'here', 'a.txt'), 'a');
    aws = await awsFiles();
    const authority = new CertificateAuthority();
    const bundle = join(aws.folder, 'authority.pem');
    await writeFile(bundle, authority.cert);
    service = await startSignInService(authority);
    service.token = {
      accessToken: 'MARKEDtoken',
      expiresIn: 28_800,
      refreshToken: 'MARKEDrefresh',
    };
    aws.set({
      AWS_ENDPOINT_URL_SSO: service.endpoint,
      AWS_ENDPOINT_URL_SSO_OIDC: service.endpoint,
      AWS_CA_BUNDLE: bundle,
      HOME: join(aws.folder, '..'),
      USERPROFILE: join(aws.folder, '..'),
    });
    await aws.write({
      credentials: '[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = MARKEDbase\n',
      config: [
        '[profile office]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r',
        '[sso-session s]\nsso_start_url = https://office.test/start\nsso_region = eu-west-1',
        '[profile mfa]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base',
        'mfa_serial = arn:aws:iam::1:mfa/anna\n',
      ].join('\n'),
    });
    repeated = 0;
    store = createServer((request, response) => {
      const { authorization, 'x-amz-security-token': token } = request.headers;
      const sent = [request.url, authorization, token, request.headers['proxy-authorization']];
      void text(request).then(body => {
        const all = [...sent, body].join(' ');
        if (/MARKED|Credential=|TokenCode/.test(all)) repeated++;
        answer(all.replaceAll('&', '&amp;'), response, request);
      });
    });
    store.listen(0, '127.0.0.1');
    await once(store, 'listening');
    endpoint = `http://127.0.0.1:${String((store.address() as AddressInfo).port)}`;
    told = [];
  });
  afterEach(async () => {
    await stop();
    store.closeAllConnections();
    store.close();
    service.close();
    await aws.remove();
    await folder.remove();
  });

  /** The thread has the variables of the moment when it starts. */
  function start(): void {
    const kept = join(folder.path, 'kept');
    engine = startEngineWorker({
      recordsFile: join(kept, 'receipts.sqlite'),
      journalsFolder: join(kept, 'journals'),
      locksFolder: join(kept, 'locks'),
    });
    running.push(engine);
    engine.worker.on('message', (message: unknown) => told.push(JSON.stringify(message)));
    engine.answer(showSignInPage, () => true);
    engine.answer(askForMfaCode, () => code);
    engine.answer(typedAccessKey, () => ({
      accessKeyId: 'ASIATYPED',
      secretAccessKey: 'MARKEDtyped',
      sessionToken: 'MARKEDtypedToken',
    }));
  }

  async function stop(): Promise<void> {
    await running.shift()?.terminate();
  }

  function setupWith(settings: FolderSetup['settings']): FolderSetup {
    const root = join(folder.path, 'here');
    const all = { endpoint, region: 'us-east-1', forcePathStyle: true, ...settings };
    return aFolder({ id: pathToFileURL(root).href, root, bucket: 'b', settings: all });
  }

  /** All that a person does who wants to back up for the first time. */
  async function doAll(setup: FolderSetup): Promise<void> {
    const { id, settings } = setup;
    const failed: unknown[] = [];
    const trying = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        failed.push(error);
        return undefined;
      }
    };
    await trying(() => engine.ask(credentialSources, null));
    await trying(() => engine.ask(checkConnection, { folder: id, settings, target: undefined }));
    await trying(() => engine.ask(signIn, settings));
    await trying(() => engine.ask(callerIdentity, { settings, mayAskStore: true }));
    await trying(() => engine.ask(compare, [setup]));
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    const plan = await trying(() => engine.ask(planBackUp, { folders }));
    if (plan !== undefined) {
      await trying(() => engine.ask(runPlan, plan.planId, AbortSignal.timeout(1_000)));
      await trying(() => engine.ask(reportPage, { planId: plan.planId, offset: 0, limit: 10 }));
    }
  }

  async function assertNoSecret(): Promise<void> {
    const kept = join(folder.path, 'kept');
    const files = await readdir(kept, { recursive: true, withFileTypes: true });
    const stored = await Promise.all(
      files
        .filter(each => each.isFile())
        .map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')),
    );
    assert.ok(told.length > 5 && stored.length > 0);
    for (const each of [...told, ...stored]) {
      assert.doesNotMatch(each, /MARKED/);
      assert.doesNotMatch(each, /Signature=[0-9a-f]{16}/);
    }
    for (const each of told) assert.ok(!each.includes(code), each);
  }

  const lists: typeof answer = (sent, response, { url = '' }) => {
    if (url.includes('list-type=2')) response.end(emptyList);
    else echoes['a refused signature']?.(sent, response);
  };

  for (const echo of ['a refused signature', 'an expired token', 'an error of its own'] as const) {
    it(`has none of single sign-on though a store repeats it in ${echo}`, async () => {
      answer = (sent, response) => echoes[echo]?.(sent, response);
      start();
      await doAll(setupWith({ profile: 'office' }));
      assert.ok(service.requests.some(({ path }) => path === '/federation/credentials'));
      assert.ok(repeated > 0);
      await assertNoSecret();
    });
  }

  it('has none of a sign-in whose service repeats it', async () => {
    answer = lists;
    const secrets = 'MARKEDclient MARKEDdevice';
    service.answers.push({
      status: 400,
      content: { error: 'invalid_grant', error_description: secrets },
    });
    start();
    await doAll(setupWith({ profile: 'office' }));
    await assertNoSecret();
  });

  it('has none of a key that was typed in', async () => {
    for (const echo of [lists, echoes['a missing right']]) {
      answer = (sent, response, request) => echo?.(sent, response, request);
      start();
      await doAll(setupWith({ profile: '', accessKeyOf: 'file:///here' }));
      await stop();
    }
    assert.ok(repeated > 0);
    await assertNoSecret();
  });

  it('has none of a role with an MFA code', async () => {
    const sts = await securityTokenService();
    aws.set({ AWS_ENDPOINT_URL_STS: sts.endpoint });
    answer = lists;
    start();
    try {
      await doAll(setupWith({ profile: 'mfa' }));
      assert.equal(sts.requests[0]?.code, code);
    } finally {
      sts.close();
    }
    await assertNoSecret();
  });

  it('has none of a role whose service repeats all that it was sent', async () => {
    for (const [what, echo] of Object.entries(echoes)) {
      aws.set({ AWS_ENDPOINT_URL_STS: endpoint });
      answer = echo;
      start();
      await doAll(setupWith({ profile: 'mfa' }));
      assert.ok(repeated > 0, what);
      await stop();
    }
    await assertNoSecret();
  });

  it('has none of the password of a proxy', async () => {
    const port = Number(new URL(endpoint).port);
    const password = 'MARKEDproxy';
    const authorization = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
    answer = (_, response) => echoes['a page']?.(`${authorization} ${password}`, response);
    for (const wanted of [authorization, 'Basic other']) {
      const proxy = await startProxyServer({
        hosts: { 'plain.store.test': port },
        authorization: wanted,
      });
      start();
      await doAll(
        setupWith({
          profile: 'base',
          endpoint: 'http://plain.store.test',
          'http.proxy': proxy.url.replace('://', `://me:${password}@`),
        }),
      );
      assert.ok(proxy.asked.length > 0);
      await stop();
      await proxy.stop();
      await assertNoSecret();
      for (const each of told) assert.ok(!each.includes(authorization.slice(6)), each);
    }
  });
});

const emptyList =
  '<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>';
