import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { CredentialCache } from '../../../src/engine/s3/credentialCache';
import { signIn } from '../../../src/engine/s3/signIn';
import { SsoOidc } from '../../../src/engine/s3/ssoOidc';
import { Transport } from '../../../src/engine/s3/transport';
import { describeFailure, Failure } from '../../../src/engine/failures/failure';
import type { SignInPage } from '../../../src/protocol/credentials';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';
import { CertificateAuthority } from '../../support/servers/certificateAuthority';
import {
  startSignInService,
  userCode,
  type SignInService,
} from '../../support/servers/signInService';

const role = 'sso_account_id = 1\nsso_role_name = r\n';
const place = 'sso_start_url = https://office.test/start\nsso_region = eu-central-1\n';

describe('Signing in', () => {
  let aws: AwsFiles;
  let service: SignInService;
  let transport: Transport;
  let cache: CredentialCache;
  let pages: SignInPage[];

  beforeEach(async () => {
    aws = await awsFiles();
    const authority = new CertificateAuthority();
    const bundle = join(aws.folder, 'authority.pem');
    await writeFile(bundle, authority.cert);
    service = await startSignInService(authority);
    aws.set({
      AWS_ENDPOINT_URL_SSO: service.endpoint,
      AWS_ENDPOINT_URL_SSO_OIDC: service.endpoint,
      HOME: dirname(aws.folder),
      USERPROFILE: dirname(aws.folder),
    });
    const trust = { system: false, bundle: { path: bundle, source: 'test' } };
    transport = new Transport({ trust });
    cache = new CredentialCache();
    pages = [];
    await aws.write({
      config: [
        `[profile new]\nsso_session = office\n${role}`,
        `[sso-session office]\n${place}sso_registration_scopes = sso:account:access, other\n`,
        `[profile old]\n${place}${role}`,
        '[profile lent]\nrole_arn = arn:aws:iam::2:role/lent\nsource_profile = new\n',
        '[profile console]\nlogin_session = arn:aws:sts::1:user\n',
        '[profile keys]\naws_access_key_id = K\naws_secret_access_key = s\n',
      ].join(''),
    });
    for (const profile of ['new', 'old']) cache.heed({ profile, trust });
  });
  afterEach(async () => {
    transport.close();
    service.close();
    await aws.remove();
  });

  const pending = { status: 400, content: { error: 'authorization_pending' } };

  function signInTo(profile: string, wants = true) {
    const show = (page: SignInPage) => {
      pages.push(page);
      return Promise.resolve(wants);
    };
    return signIn(profile, transport, { show, signal: AbortSignal.timeout(10_000) });
  }

  async function failureOf(profile: string): Promise<Failure> {
    try {
      await signInTo(profile);
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      return error;
    }
    throw new Error('It has worked.');
  }

  const tokenFile = (id: string) =>
    join(aws.folder, 'sso', 'cache', `${createHash('sha1').update(id).digest('hex')}.json`);

  for (const [profile, id] of [
    ['new', 'office'],
    ['old', 'https://office.test/start'],
  ] as const) {
    it(`to the profile “${profile}” leaves a token for all tools; credentials come by it`, async () => {
      await assert.rejects(cache.get(profile), { code: 'sign-in-needed' });
      service.answers.push(pending, pending);
      assert.deepEqual(await signInTo(profile), { kind: 'signed-in' });
      const url = `https://device.sso.test/?user_code=${userCode}`;
      assert.deepEqual(pages, [{ profile, url, code: userCode }]);
      const { accessKeyId } = await cache.get(profile);
      assert.equal(accessKeyId, 'SSO-1-r-MARKEDtoken');
      const file = tokenFile(id);
      const { expiresAt, ...token } = JSON.parse(await readFile(file, 'utf8')) as {
        readonly expiresAt: string;
      };
      assert.deepEqual(token, {
        startUrl: 'https://office.test/start',
        region: 'eu-central-1',
        accessToken: 'MARKEDtoken',
        clientId: 'client',
        clientSecret: 'MARKEDclient',
        registrationExpiresAt: '2096-10-02T07:06:40Z',
      });
      assert.match(expiresAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(await readdir(dirname(file)), [file.split(/[/\\]/).at(-1)]);
      if (process.platform === 'win32') return;
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await stat(dirname(file))).mode & 0o777, 0o700);
    });
  }

  it('leaves the environment as it is, which other extensions share', async () => {
    const before = { ...process.env };
    await signInTo('new');
    await cache.get('new');
    assert.deepEqual({ ...process.env }, before);
  });

  it('asks for what the session is to be renewed by, and keeps it', async () => {
    service.token = { ...service.token, refreshToken: 'MARKEDrefresh' };
    await signInTo('new');
    const scopes = ['sso:account:access', 'other'];
    const [registered] = service.requests;
    assert.deepEqual(registered?.content['scopes'], scopes);
    const token = JSON.parse(await readFile(tokenFile('office'), 'utf8')) as object;
    assert.ok('refreshToken' in token && token.refreshToken === 'MARKEDrefresh');
  });

  it('goes to the session that a role gets its credentials by', async () => {
    assert.deepEqual(await signInTo('lent'), { kind: 'signed-in' });
    assert.equal(pages[0]?.profile, 'new');
    await stat(tokenFile('office'));
  });

  it('names the command that alone can do it, and asks nobody without need', async () => {
    const command = ['aws', 'login', '--profile', 'console'];
    assert.deepEqual(await signInTo('console'), { kind: 'by-command', command });
    assert.deepEqual(await signInTo('keys'), { kind: 'not-needed' });
    assert.deepEqual([pages, service.requests], [[], []]);
  });

  it('is nothing where nobody wants to, declines or lets the time go by', async () => {
    await assert.rejects(signInTo('new', false), { code: 'cancelled' });
    for (const error of ['access_denied', 'expired_token']) {
      service.answers.push({ status: 400, content: { error } });
      assert.equal((await failureOf('new')).code, 'sign-in-needed');
    }
    await assert.rejects(stat(tokenFile('office')));
  });

  it('ends at once when it is cancelled', async () => {
    const cancelling = new AbortController();
    service.answers.push(...Array.from({ length: 1_000 }, () => pending));
    const show = () => {
      setImmediate(() => {
        cancelling.abort();
      });
      return Promise.resolve(true);
    };
    await assert.rejects(signIn('new', transport, { show, signal: cancelling.signal }), {
      code: 'cancelled',
    });
  });

  it('opens no page without https, and tells no secret of what goes wrong', async () => {
    service.page = 'http://device.sso.test/';
    assert.equal((await failureOf('new')).code, 'profile-failed');
    assert.deepEqual(pages, []);
    service.page = 'https://device.sso.test/';
    const said = { error: 'invalid_grant', error_description: 'no MARKEDdevice of MARKEDclient' };
    service.answers.push({ status: 400, content: said });
    const failure = await failureOf('new');
    assert.doesNotMatch(describeFailure(failure) + JSON.stringify(failure.toRecord()), /MARKED/);
  });

  it('asks every five seconds where the service names no time that a timer can have', async () => {
    const client = { clientId: 'c', clientSecret: 'MARKEDclient', clientSecretExpiresAt: 0 };
    const oidc = new SsoOidc('eu-central-1', transport, AbortSignal.timeout(10_000));
    for (const interval of [undefined, 0, -1, 'soon', 1e10]) {
      service.interval = interval;
      const started = await oidc.startDeviceAuthorization(client, 'https://office.test/start');
      assert.equal(started.interval, 5, String(interval));
    }
  });

  it('goes by no certificate that is not trusted', async () => {
    const strict = new Transport({ trust: { system: false, bundle: undefined } });
    const show = () => Promise.resolve(true);
    const signal = AbortSignal.timeout(10_000);
    // What a user is told of is the address, which is the same in all languages.
    const refused = { code: 'certificate', subject: service.endpoint };
    await assert.rejects(signIn('new', strict, { show, signal }), refused);
    strict.close();
    assert.deepEqual(service.requests, []);
  });
});
