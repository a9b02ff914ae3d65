import assert from 'node:assert/strict';

import { CredentialCache } from '../../../src/engine/s3/credentialCache';
import type { AccessKey, MfaQuestion } from '../../../src/protocol/credentials';
import { nobody } from '../../../src/engine/ports/personPort';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';
import { securityTokenService } from '../../support/servers/tokenService';

describe('Credentials that a person is asked for', () => {
  let aws: AwsFiles;
  let sts: Awaited<ReturnType<typeof securityTokenService>>;
  let code: string | undefined;
  let key: AccessKey | undefined;
  let asked: (MfaQuestion | string)[];
  let cache: CredentialCache;
  let now: () => number;

  beforeEach(async () => {
    aws = await awsFiles();
    sts = await securityTokenService();
    aws.set({ AWS_ENDPOINT_URL_STS: sts.endpoint });
    await aws.write({
      credentials: '[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n',
      config: [
        '[profile prod]\nrole_arn = arn:aws:iam::1:role/prod\nsource_profile = first',
        '[profile first]\nrole_arn = arn:aws:iam::1:role/first\nsource_profile = base',
        'mfa_serial = arn:aws:iam::1:mfa/anna\n',
      ].join('\n'),
    });
    code = '123456';
    key = undefined;
    asked = [];
    now = Date.now;
    cache = new CredentialCache({
      now: () => now(),
      person: {
        ...nobody,
        mfaCode: question => {
          asked.push(question);
          return Promise.resolve(code);
        },
        accessKey: folder => {
          asked.push(folder);
          return Promise.resolve(key);
        },
      },
    });
  });
  afterEach(async () => {
    sts.close();
    await aws.remove();
  });

  it('need the code of a device once, for all who ask, whatever role comes after', async () => {
    const environment = { ...process.env };
    cache.tryAgain('prod');
    const all = await Promise.all(Array.from({ length: 8 }, () => cache.get('prod')));
    assert.deepEqual(new Set(all.map(each => each.accessKeyId)), new Set(['AS-prod']));
    await cache.get('prod');
    assert.deepEqual({ ...process.env }, environment);
    const device = 'arn:aws:iam::1:mfa/anna';
    assert.deepEqual(asked, [{ profile: 'first', device }]);
    assert.deepEqual(
      sts.requests.map(({ role, device: sent, code: said }) => [role, sent, said]),
      [
        ['first', device, '123456'],
        ['prod', null, null],
      ],
    );
  });

  it('are not asked for by each request where nobody gives the code', async () => {
    code = undefined;
    const failure = { code: 'mfa-code-needed', subject: 'first' };
    cache.tryAgain('prod');
    for (let n = 0; n < 5; n++) await assert.rejects(cache.get('prod'), failure);
    assert.deepEqual([asked.length, sts.requests], [1, []]);
    code = '654321';
    cache.tryAgain('prod');
    assert.equal((await cache.get('prod')).accessKeyId, 'AS-prod');
  });

  it('are asked of nobody who has not just wanted something', async () => {
    const failure = { code: 'mfa-code-needed', subject: 'first' };
    await assert.rejects(cache.get('prod'), failure);
    assert.deepEqual(asked, []);
    cache.tryAgain('prod');
    assert.equal((await cache.get('prod')).accessKeyId, 'AS-prod');
    // What was wanted next needed no code; what is done by itself when they have ended asks for none.
    cache.tryAgain('prod');
    await cache.get('prod');
    now = () => Date.now() + 2 * 3_600_000;
    await assert.rejects(cache.get('prod'), failure);
    assert.equal(asked.length, 1);
    cache.tryAgain('prod');
    await cache.get('prod');
    assert.equal(asked.length, 2);
  });

  it('may be asked of a person while the shared files change', async () => {
    cache.tryAgain('prod');
    await aws.write({
      credentials: '[base]\naws_access_key_id = OTHER\naws_secret_access_key = s\n',
      config:
        '[profile prod]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nmfa_serial = m\n',
    });
    cache.heed({ profile: 'prod' });
    assert.equal((await cache.get('prod')).accessKeyId, 'AS-r');
  });

  it('are those that were typed in last, though the earlier ones are still being fetched', async () => {
    const source = { accessKeyOf: 'file:///w' };
    let tellEarlier: (key: AccessKey) => void = () => undefined;
    const earlier = new Promise<AccessKey>(resolve => {
      tellEarlier = resolve;
    });
    const answers = [earlier, Promise.resolve({ accessKeyId: 'NEW', secretAccessKey: 's' })];
    cache = new CredentialCache({
      person: {
        ...nobody,
        accessKey: () => answers.shift() ?? Promise.reject(new Error('asked once too often')),
      },
    });
    const first = cache.get(source);
    cache.tryAgain(source);
    assert.equal((await cache.get(source)).accessKeyId, 'NEW');
    tellEarlier({ accessKeyId: 'OLD', secretAccessKey: 's' });
    assert.equal((await first).accessKeyId, 'OLD');
    assert.equal((await cache.get(source)).accessKeyId, 'NEW');
  });

  it('may be typed in for a folder, and another one is taken up at once', async () => {
    const source = { accessKeyOf: 'file:///w' };
    await assert.rejects(cache.get(source), { code: 'no-credentials' });
    key = { accessKeyId: 'TYPED', secretAccessKey: 's' };
    assert.equal((await cache.get(source)).accessKeyId, 'TYPED');
    assert.equal((await cache.get(source)).accessKeyId, 'TYPED');
    assert.deepEqual(asked, ['file:///w', 'file:///w']);
    key = { accessKeyId: 'OTHER', secretAccessKey: 's' };
    cache.tryAgain(source);
    assert.equal((await cache.get(source)).accessKeyId, 'OTHER');
    // Those of profiles are others.
    assert.equal((await cache.get('base')).accessKeyId, 'BASE');
  });
});
