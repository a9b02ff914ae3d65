import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

import { startBundledEngine, type BundledEngine } from '../../dev/bundledEngine';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { listBuckets } from '../../src/protocol/buckets';
import { awsFiles, type AwsFiles } from '../support/disk/awsFiles';
import { CertificateAuthority } from '../support/servers/certificateAuthority';
import { startSignInService, type SignInService } from '../support/servers/signInService';
import {
  containerWithARole,
  machineWithARole,
  securityTokenService,
} from '../support/servers/tokenService';

/**
 * The bundler takes things out of the SDK's clients that give out credentials. These are not used by
 * anything else, and the other tests of them load them unpacked.
 */
describe('The engine as it is packed gets credentials', function () {
  this.timeout(120_000);
  let aws: AwsFiles;
  let folder: TemporaryFolder;
  let engine: BundledEngine;
  let store: Server;
  let endpoint: string;
  let office: SignInService;
  /** The keys by which requests to the store were signed. */
  let keys: (string | undefined)[];
  const services: { close(): void }[] = [];

  before(async () => {
    aws = await awsFiles();
    folder = await temporaryFolder('packed-credentials');
    keys = [];
    store = createServer(({ headers }, response) => {
      keys.push(/Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1]);
      response.setHeader('content-type', 'application/xml').end(noBuckets);
    });
    store.listen(0, '127.0.0.1');
    await once(store, 'listening');
    endpoint = `http://127.0.0.1:${String((store.address() as AddressInfo).port)}`;
    const authority = new CertificateAuthority();
    const bundle = join(folder.path, 'authority.pem');
    const webToken = join(folder.path, 'web-token');
    await writeFile(bundle, authority.cert);
    await writeFile(webToken, 'a token');
    office = await startSignInService(authority);
    const sts = await securityTokenService();
    const container = await containerWithARole();
    const machine = await machineWithARole();
    services.push(office, sts, container, machine);
    await aws.write({
      credentials: '[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n',
      config: [
        '[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base',
        `[profile web]\nrole_arn = arn:aws:iam::1:role/w\nweb_identity_token_file = ${webToken}`,
        '[profile office]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r',
        '[sso-session s]\nsso_start_url = https://office.test/start\nsso_region = eu-west-1\n',
      ].join('\n'),
    });
    const home = dirname(aws.folder);
    // The thread of the engine has the variables of the moment when it starts.
    aws.set({
      HOME: home,
      USERPROFILE: home,
      AWS_CA_BUNDLE: bundle,
      AWS_ENDPOINT_URL_STS: sts.endpoint,
      AWS_ENDPOINT_URL_SSO: office.endpoint,
      AWS_ENDPOINT_URL_SSO_OIDC: office.endpoint,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: container.endpoint,
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: machine.endpoint,
    });
    engine = startBundledEngine(folder.path);
  });
  after(async () => {
    await engine.stop();
    for (const service of services) service.close();
    store.closeAllConnections();
    store.close();
    await aws.remove();
    await folder.remove();
  });

  async function keyBy(settings: Readonly<Record<string, string>>): Promise<string | undefined> {
    const all = { endpoint, region: 'us-east-1', forcePathStyle: true, ...settings };
    await engine.ask(listBuckets, { folder: 'file:///w', settings: all });
    return keys.at(-1);
  }

  for (const [what, settings, key] of [
    ['of a role', { profile: 'role' }, 'AS-r'],
    ['of a web identity', { profile: 'web' }, 'AS-w'],
    ['of the role of a container', { profile: '', place: 'container' }, 'OF-THE-CONTAINER'],
    ['of the role of an instance', { profile: '', place: 'instance' }, 'OF-THE-MACHINE'],
  ] as const) {
    it(what, async () => {
      assert.equal(await keyBy(settings), key);
    });
  }

  it('of single sign-on, whose token it renews', async () => {
    const cache = join(aws.folder, 'sso', 'cache');
    await mkdir(cache, { recursive: true });
    const name = `${createHash('sha1').update('s').digest('hex')}.json`;
    const token = {
      accessToken: 'before',
      refreshToken: 'r',
      clientId: 'client',
      clientSecret: 's',
      startUrl: 'https://office.test/start',
      region: 'eu-west-1',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      registrationExpiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    };
    await writeFile(join(cache, name), JSON.stringify(token));
    office.token = { accessToken: 'renewed', expiresIn: 3600, tokenType: 'Bearer' };
    assert.equal(await keyBy({ profile: 'office' }), 'SSO-1-r-renewed');
  });
});

const noBuckets = `<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<Owner><ID>o</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>`;
