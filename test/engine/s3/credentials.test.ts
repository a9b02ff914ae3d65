import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';

import { resolveCredentials } from '../../../src/engine/s3/credentials';
import { Transport } from '../../../src/engine/s3/transport';
import { Failure } from '../../../src/engine/failures/failure';
import type { FailureCode, FailureRecord } from '../../../src/protocol/failures';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import {
  consoleSignIn,
  machineWithARole,
  securityTokenService,
  singleSignOn,
} from '../../support/servers/tokenService';

const { handler } = new Transport();
const secret = 'wJalrXUtnFEMIsecret';
const keys = (id: string) => `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;

describe('credentials', () => {
  let aws: AwsFiles;

  beforeEach(async () => {
    aws = await awsFiles();
  });
  afterEach(() => aws.remove());

  async function keyOf(profile?: string): Promise<string> {
    return (await resolveCredentials(profile, handler)).accessKeyId;
  }

  async function failureOf(profile?: string): Promise<FailureRecord> {
    try {
      await resolveCredentials(profile, handler);
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      const record = error.toRecord();
      assert.ok(!JSON.stringify(record).includes(secret), 'A secret got into a failure.');
      return record;
    }
    throw new Error('There were credentials.');
  }

  async function expectFailure(
    code: FailureCode,
    subject: string,
    profile?: string,
  ): Promise<string> {
    const failure = await failureOf(profile);
    assert.deepEqual([failure.code, failure.subject], [code, subject], failure.cause);
    return failure.cause ?? '';
  }

  it('come from the environment before all files', async () => {
    await aws.write({ credentials: `[default]\n${keys('FILE')}` });
    aws.set({ AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: secret });
    assert.equal(await keyOf(), 'ENV');
  });

  it('come from the environment with their token, by its older name, too', async () => {
    aws.set({ AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: 'new' });
    assert.equal((await resolveCredentials(undefined, handler)).sessionToken, 'new');
    // The AWS CLI takes the older one first.
    aws.set({ AWS_SECURITY_TOKEN: 'old' });
    assert.equal((await resolveCredentials(undefined, handler)).sessionToken, 'old');
    aws.set({ AWS_SESSION_TOKEN: undefined });
    assert.equal((await resolveCredentials(undefined, handler)).sessionToken, 'old');
  });

  it('come from the default profile, or the one that AWS_PROFILE or the setting names', async () => {
    await aws.write({
      credentials: `[default]\n${keys('DEFAULT')}[one]\n${keys('ONE')}`,
      config: `[profile two]\n${keys('TWO')}`,
    });
    assert.equal(await keyOf(), 'DEFAULT');
    aws.set({ AWS_PROFILE: 'one' });
    assert.equal(await keyOf(), 'ONE');
    assert.equal(await keyOf('two'), 'TWO');
  });

  it('come from the profile of AWS_DEFAULT_PROFILE first, as for the AWS CLI', async () => {
    await aws.write({ credentials: `[default]\n${keys('DEFAULT')}[one]\n${keys('ONE')}` });
    aws.set({ AWS_DEFAULT_PROFILE: 'one' });
    assert.equal(await keyOf(), 'ONE');
    aws.set({ AWS_PROFILE: 'default' });
    assert.equal(await keyOf(), 'ONE');
    aws.set({ AWS_DEFAULT_PROFILE: '' });
    assert.equal(await keyOf(), 'DEFAULT');
    aws.set({ AWS_DEFAULT_PROFILE: 'gone' });
    await expectFailure('profile-not-found', 'gone');
  });

  it('come from keys in the environment before the profile that it names, as for the AWS CLI', async () => {
    await aws.write({ credentials: `[one]\n${keys('ONE')}` });
    aws.set({ AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: secret, AWS_PROFILE: 'one' });
    assert.equal(await keyOf(), 'ENV');
    aws.set({ AWS_PROFILE: 'gone' });
    assert.equal(await keyOf(), 'ENV');
  });

  it('come from a named profile and not from the environment', async () => {
    await aws.write({ credentials: `[one]\n${keys('ONE')}` });
    aws.set({ AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: secret });
    assert.equal(await keyOf('one'), 'ONE');
  });

  it('are seen when they are written into the file later', async () => {
    await assert.rejects(keyOf('late'), { code: 'profile-not-found' });
    await aws.write({ credentials: `[late]\n${keys('LATE')}` });
    assert.equal(await keyOf('late'), 'LATE');
  });

  it('none: says what was looked for and where', async () => {
    const cause = await expectFailure('no-credentials', 'default');
    for (const place of [
      'environment variables',
      aws.credentials,
      aws.config,
      'single sign-on',
      'credential_process',
      'container',
      'instance',
    ]) {
      assert.ok(cause.includes(place), `${place}: ${cause}`);
    }
  });

  it('none: tells a profile without credentials from one that is not there', async () => {
    await aws.write({ config: '[profile bare]\nregion = eu-central-1\n' });
    const cause = await expectFailure('no-credentials', 'bare', 'bare');
    assert.match(cause, /no keys in the profile “bare”/);
  });

  it('none: names a profile that does not exist, and the files', async () => {
    await aws.write({ credentials: `[default]\n${keys('DEFAULT')}` });
    const cause = await expectFailure('profile-not-found', 'nobody', 'nobody');
    assert.ok(cause.includes(aws.credentials) && cause.includes(aws.config), cause);
    aws.set({ AWS_PROFILE: 'nobody-else' });
    await expectFailure('profile-not-found', 'nobody-else');
  });

  it('none: names the source of a role where it does not exist', async () => {
    await aws.write({
      config: '[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = gone\n',
    });
    const cause = await expectFailure('profile-not-found', 'gone', 'role');
    assert.match(cause, /source_profile of “role”/);
  });

  const role = 'role_arn = arn:aws:iam::111111111111:role/Backup\n';

  it('none: never those of the machine where a role has no source', async () => {
    const machine = await machineWithARole();
    aws.set({
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: machine.endpoint,
    });
    await aws.write({ config: `[profile prod]\n${role}region = eu-west-1\n` });
    try {
      const cause = await expectFailure('credentials-incomplete', 'prod', 'prod');
      assert.match(cause, /source_profile.*config:1/);
      await aws.write({ config: `[profile prod]\nsource_profile = a\n` });
      await expectFailure('credentials-incomplete', 'prod', 'prod');
      await aws.write({ config: `[profile prod]\ncredential_source = Environment\n` });
      await expectFailure('credentials-incomplete', 'prod', 'prod');
      await aws.write({ config: `[profile prod]\nsso_account_id = 111111111111\n` });
      await expectFailure('credentials-incomplete', 'prod', 'prod');
      await aws.write({ config: `[default]\n${role}` });
      await expectFailure('credentials-incomplete', 'default');
      await aws.write({ config: '[profile bare]\nregion = eu-west-1\n' });
      assert.equal(await keyOf('bare'), 'OF-THE-MACHINE');
    } finally {
      machine.close();
    }
  });

  it('none: names a source that is none, or that leads in a circle', async () => {
    const profile = (name: string, lines: string) => `[profile ${name}]\n${role}${lines}\n`;
    await aws.write({
      config: profile('a', 'source_profile = b') + profile('b', 'source_profile = a'),
    });
    assert.match(await expectFailure('profile-failed', 'a', 'a'), /“a” → “b” → “a”/);
    await aws.write({ config: profile('a', 'source_profile = a') });
    await expectFailure('profile-failed', 'a', 'a');
    await aws.write({ config: profile('a', 'credential_source = Moon') });
    assert.match(await expectFailure('profile-failed', 'a', 'a'), /“Moon”/);
    await aws.write({
      config: profile('a', 'credential_source = Environment\nsource_profile = b'),
    });
    await expectFailure('profile-failed', 'a', 'a');
    await aws.write({ config: `${profile('a', 'source_profile = b')}[profile b]\nregion = x\n` });
    assert.match(await expectFailure('profile-failed', 'a', 'a'), /“b”/);
  });

  it('come from a role by way of others, each with the keys of its source', async () => {
    const sts = await securityTokenService();
    aws.set({ AWS_ENDPOINT_URL_STS: sts.endpoint });
    await aws.write({
      credentials: `[Büro Süd]\n${keys('BASE')}[self]\n${keys('SELF')}`,
      config: [
        '[profile "outer one"]',
        'role_arn = arn:aws:iam::1:role/outer',
        'source_profile = inner',
        'role_session_name = Anna',
        '[profile inner]',
        'role_arn = arn:aws:iam::1:role/inner',
        'external_id = 7 ; 8',
        'source_profile = Büro Süd',
        '[profile self]',
        'role_arn = arn:aws:iam::1:role/self',
        'source_profile = self',
      ].join('\n'),
    });
    try {
      assert.equal(await keyOf('outer one'), 'AS-outer');
      const [first, second] = sts.requests;
      assert.deepEqual([first?.key, first?.role, first?.externalId], ['BASE', 'inner', '7 ; 8']);
      assert.deepEqual([second?.key, second?.role, second?.session], ['AS-inner', 'outer', 'Anna']);
      assert.equal(await keyOf('self'), 'AS-self');
      assert.equal(sts.requests.at(-1)?.key, 'SELF');
    } finally {
      sts.close();
    }
  });

  it('none: tells a token service that is away from a fault of the profile', async () => {
    const server = createServer(socket => {
      socket.once('data', () => socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    aws.set({ AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${String(port)}` });
    await aws.write({
      credentials: `[base]\n${keys('BASE')}`,
      config: '[profile p]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n',
    });
    try {
      await expectFailure('store-busy', 'AWS', 'p');
    } finally {
      server.close();
    }
  });

  it('none: names the missing half of a key pair', async () => {
    aws.set({ AWS_ACCESS_KEY_ID: 'ENV' });
    await expectFailure('credentials-incomplete', 'AWS_SECRET_ACCESS_KEY');
    aws.set({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: secret });
    await expectFailure('credentials-incomplete', 'AWS_ACCESS_KEY_ID');
    aws.set({ AWS_SECRET_ACCESS_KEY: undefined });
    await aws.write({ credentials: `[default]\naws_secret_access_key = ${secret}\n` });
    assert.match(await expectFailure('credentials-incomplete', 'default'), /aws_access_key_id/);
    await aws.write({ credentials: '[half]\naws_access_key_id = HALF\n' });
    const cause = await expectFailure('credentials-incomplete', 'half', 'half');
    assert.ok(cause.includes('aws_secret_access_key') && cause.includes(aws.credentials), cause);
  });

  it('none: names the line that cannot be meant', async () => {
    await aws.write({ credentials: `# mine\n[default\n${keys('DEFAULT')}` });
    await expectFailure('credentials-malformed', `${aws.credentials}:2`);
    await expectFailure('credentials-malformed', `${aws.credentials}:2`, 'default');
    await aws.write({ config: '[profile work]\nregion eu-central-1\n' });
    await expectFailure('credentials-malformed', `${aws.config}:2`, 'work');
  });

  it('none: names a file that may not be read', async function () {
    if (nothingDenied !== undefined) this.skip();
    await aws.write({ credentials: `[default]\n${keys('DEFAULT')}` });
    await chmod(aws.credentials, 0o000);
    await asOrdinaryUser(aws.folder, async () => {
      await expectFailure('credentials-unreadable', aws.credentials);
      await expectFailure('credentials-unreadable', aws.credentials, 'default');
    });
  });

  it('none: names a folder in the place of a file', async () => {
    await rm(aws.credentials, { force: true });
    await mkdir(aws.credentials);
    await expectFailure('credentials-unreadable', aws.credentials);
  });

  it('none: names a pipe in the place of a file, without waiting for what may come', async function () {
    if (process.platform === 'win32') this.skip();
    for (const path of [aws.credentials, aws.config]) {
      execFileSync('mkfifo', [path]);
      await expectFailure('credentials-unreadable', path);
      await rm(path);
    }
  });

  it('none: takes the null device for a file with nothing in it', async () => {
    aws.set({ AWS_SHARED_CREDENTIALS_FILE: devNull, AWS_CONFIG_FILE: devNull });
    assert.equal((await failureOf()).code, 'no-credentials');
  });

  it('come from single sign-on, by the token that the AWS CLI has left', async () => {
    const portal = await singleSignOn();
    aws.set({
      AWS_ENDPOINT_URL_SSO: portal.endpoint,
      HOME: dirname(aws.folder),
      USERPROFILE: dirname(aws.folder),
    });
    const role = (account: string) => `sso_account_id = ${account}\nsso_role_name = r\n`;
    const place = 'sso_start_url = https://office.test/start\nsso_region = eu-central-1\n';
    await aws.write({
      config: [
        `[profile new]\nsso_session = office\n${role('1')}`,
        `[sso-session office]\n${place}`,
        `[profile "Büro Süd"]\nsso_session = Büro Süd\n${role('2')}`,
        `[sso-session "Büro Süd"]\n${place}`,
        `[profile old]\n${place}${role('3')}`,
      ].join(''),
    });
    const cache = join(aws.folder, 'sso', 'cache');
    await mkdir(cache, { recursive: true });
    for (const [id, accessToken] of [
      ['office', 'a'],
      ['Büro Süd', 'b'],
      ['https://office.test/start', 'c'],
    ] as const) {
      const name = createHash('sha1').update(id).digest('hex');
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      await writeFile(join(cache, `${name}.json`), JSON.stringify({ accessToken, expiresAt }));
    }
    try {
      assert.equal(await keyOf('new'), 'SSO-1-r-a');
      assert.equal(await keyOf('Büro Süd'), 'SSO-2-r-b');
      assert.equal(await keyOf('old'), 'SSO-3-r-c');
    } finally {
      portal.close();
    }
  });

  it('none: asks for a sign-in where single sign-on has no session', async () => {
    aws.set({ HOME: aws.folder, USERPROFILE: aws.folder });
    await aws.write({
      config: [
        '[profile office]',
        'sso_session = office',
        'sso_account_id = 111122223333',
        'sso_role_name = r',
        '[sso-session office]',
        'sso_start_url = https://office.test/start',
        'sso_region = eu-central-1',
      ].join('\n'),
    });
    await expectFailure('sign-in-needed', 'office', 'office');
  });

  describe('of a session of `aws login`', () => {
    const session = 'arn:aws:sts::111122223333:assumed-role/Admin/anna';

    beforeEach(async () => {
      aws.set({ HOME: dirname(aws.folder), USERPROFILE: dirname(aws.folder) });
      await aws.write({
        config: `[profile console]\nlogin_session = ${session}\nregion = eu-central-1\n`,
      });
    });

    const tokenFile = () => {
      const name = createHash('sha256').update(session).digest('hex');
      return join(aws.folder, 'login', 'cache', `${name}.json`);
    };

    /** As the AWS CLI writes it, but for the ID token, which nobody reads. */
    async function leaveToken(endsInMs: number): Promise<void> {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const token = {
        accessToken: {
          accessKeyId: 'LOGIN',
          secretAccessKey: secret,
          sessionToken: secret,
          accountId: '111122223333',
          expiresAt: new Date(Date.now() + endsInMs).toISOString().replace(/\.\d+Z$/, 'Z'),
        },
        tokenType: 'urn:aws:params:oauth:token-type:access_token_sigv4',
        refreshToken: secret,
        clientId: 'arn:aws:signin:::devtools/same-device',
        dpopKey: privateKey.export({ format: 'pem', type: 'sec1' }),
      };
      await mkdir(dirname(tokenFile()), { recursive: true });
      await writeFile(tokenFile(), JSON.stringify(token));
    }

    it('come by the token that the AWS CLI has left', async () => {
      await leaveToken(900_000);
      assert.equal(await keyOf('console'), 'LOGIN');
    });

    it('are renewed shortly before their end, and kept for all tools', async () => {
      const service = await consoleSignIn();
      aws.set({ AWS_ENDPOINT_URL_SIGNIN: service.endpoint });
      await leaveToken(60_000);
      try {
        assert.equal(await keyOf('console'), 'RENEWED');
        assert.deepEqual(service.refreshTokens, [secret]);
        const kept = JSON.parse(await readFile(tokenFile(), 'utf8')) as {
          readonly accessToken: { readonly accessKeyId: string };
          readonly refreshToken: string;
        };
        assert.deepEqual([kept.accessToken.accessKeyId, kept.refreshToken], ['RENEWED', 'next']);
      } finally {
        service.close();
      }
    });

    it('none: ask for a sign-in where there is no token, or none that can be read', async () => {
      await expectFailure('sign-in-needed', 'console', 'console');
      await mkdir(dirname(tokenFile()), { recursive: true });
      for (const text of ['', secret, `{"accessToken":"${secret}"`, '{"accessToken":{}}']) {
        await writeFile(tokenFile(), text);
        await expectFailure('sign-in-needed', 'console', 'console');
      }
    });

    it('none: ask for a sign-in where the session is over', async () => {
      const service = await consoleSignIn('TOKEN_EXPIRED');
      aws.set({ AWS_ENDPOINT_URL_SIGNIN: service.endpoint });
      await leaveToken(60_000);
      try {
        await expectFailure('sign-in-needed', 'console', 'console');
      } finally {
        service.close();
      }
    });
  });

  it('none: does not wait long for an instance that never answers', async function () {
    this.timeout(10_000);
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    aws.set({
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${String(port)}`,
    });
    let connections = 0;
    silent.on('connection', () => connections++);
    await expectFailure('no-credentials', 'default');
    // For a token and without one; a third would be a retry.
    assert.ok(connections <= 2, String(connections));
    silent.close();
  });
});
