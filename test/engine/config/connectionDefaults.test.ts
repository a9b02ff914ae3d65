import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { connectionDefaults } from '../../../src/engine/config/connectionDefaults';
import { credentialSources } from '../../../src/engine/config/profiles';
import { parseConnectionSettings } from '../../../src/engine/config/settings';
import { readSharedFiles } from '../../../src/engine/config/sharedFiles';
import type { ProfileKind } from '../../../src/protocol/credentials';
import type { RawSettings } from '../../../src/protocol/folders';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';

describe('What AWS’s own files say', () => {
  let aws: AwsFiles;

  before(async () => {
    aws = await awsFiles();
    await aws.write({
      credentials: [
        '[default]',
        'aws_access_key_id = A ; mine',
        'aws_secret_access_key = MARKED',
        '[both]',
        'aws_access_key_id = B',
        'aws_secret_access_key = MARKED',
      ].join('\n'),
      config: [
        '# comment',
        '[default]',
        'region = eu-west-1',
        '[profile both]',
        'region = eu-north-1',
        'services = near',
        '[profile "by service"]',
        'endpoint_url = https://all.test',
        'credential_process = /bin/true',
        '[profile role]',
        'role_arn = arn:aws:iam::1:role/r',
        'source_profile = both',
        '[profile web]',
        'role_arn = arn:aws:iam::1:role/r',
        'web_identity_token_file = /token',
        '[profile office]',
        'sso_session = office',
        '[profile console]',
        'login_session = arn',
        '[profile bare]',
        's3 =',
        '  max_concurrent_requests = 5',
        'ignore_configured_endpoint_urls = true',
        'endpoint_url = https://ignored.test',
        '[profile plugged]',
        'ca_bundle = ~/ca.pem',
        'endpoint_url = https://all.test',
        's3 =',
        '  endpoint_url = https://plugged.test',
        '  addressing_style = virtual',
        '[profile aside]',
        'S3 =',
        '  addressing_style = path',
        '[plugins]',
        'endpoint = awscli_plugin_endpoint',
        '[sso-session office]',
        'sso_region = eu-central-1',
        '[services near]',
        's3 =',
        '  endpoint_url = http://near.test:9000',
      ].join('\n'),
    });
  });
  after(() => aws.remove());

  function connection(raw: RawSettings, env: NodeJS.ProcessEnv = {}) {
    const files = readSharedFiles({ ...process.env, ...env });
    return parseConnectionSettings(raw, profile => connectionDefaults(profile, env, files));
  }

  it('lists profiles with their kinds, and nothing secret', () => {
    const sources = credentialSources({}, readSharedFiles(process.env));
    const kinds = sources.profiles.map(({ name, kind }): [string, ProfileKind] => [name, kind]);
    assert.deepEqual(kinds, [
      ['aside', 'none'],
      ['bare', 'none'],
      ['both', 'keys'],
      ['by service', 'process'],
      ['console', 'login'],
      ['default', 'keys'],
      ['office', 'sso'],
      ['plugged', 'none'],
      ['role', 'role'],
      ['web', 'web-identity'],
    ]);
    assert.equal(sources.profiles.find(({ name }) => name === 'both')?.region, 'eu-north-1');
    assert.ok(!JSON.stringify(sources).includes('MARKED'));
    assert.equal(sources.credentialsFile, aws.credentials);
    assert.equal(sources.fault, undefined);
  });

  it('give a region and an endpoint where settings have none, by profile', () => {
    assert.equal(connection({}).region, 'eu-west-1');
    assert.equal(connection({}).endpoint, undefined);
    const near = connection({ profile: 'both' });
    assert.deepEqual(
      [near.region, near.endpoint, near.forcePathStyle],
      ['eu-north-1', 'http://near.test:9000', true],
    );
    assert.equal(connection({}, { AWS_PROFILE: 'by service' }).endpoint, 'https://all.test');
    assert.equal(connection({ profile: 'bare' }).endpoint, undefined);
  });

  it('give the endpoint of the plugin for endpoints, and the style of addresses', () => {
    const plugged = connection({ profile: 'plugged' });
    assert.deepEqual([plugged.endpoint, plugged.forcePathStyle], ['https://plugged.test', false]);
    assert.equal(connection({ profile: 'aside' }).forcePathStyle, true);
    assert.equal(connection({ profile: 'aside', forcePathStyle: false }).forcePathStyle, false);
  });

  it('count after the environment, which counts after the settings', () => {
    const env = { AWS_REGION: 'us-west-2', AWS_ENDPOINT_URL: 'https://env.test' };
    const fromEnvironment = connection({ profile: 'both' }, env);
    assert.equal(fromEnvironment.region, 'us-west-2');
    assert.equal(fromEnvironment.endpoint, 'https://env.test');
    const single = connection({}, { ...env, AWS_ENDPOINT_URL_S3: 'https://s3.env.test' });
    assert.equal(single.endpoint, 'https://s3.env.test');
    const set = connection({ endpoint: 'https://set.test', region: 'x' }, env);
    assert.deepEqual([set.endpoint, set.region], ['https://set.test', 'x']);
  });

  it('name a file with certificates of authorities', () => {
    const named = connection({ profile: 'plugged' }).trust;
    assert.deepEqual(named, {
      system: true,
      bundle: { path: join(homedir(), 'ca.pem'), source: aws.config },
    });
    const env = { AWS_CA_BUNDLE: '/etc/ca.pem' };
    const bundle = { path: '/etc/ca.pem', source: 'AWS_CA_BUNDLE' };
    assert.deepEqual(connection({ profile: 'plugged' }, env).trust?.bundle, bundle);
    assert.equal(connection({ 'http.systemCertificates': false }).trust?.system, false);
  });

  it('tell what speaks against a profile', () => {
    const { profiles } = credentialSources({}, readSharedFiles(process.env));
    const faults = profiles.flatMap(({ name, fault }) =>
      fault === undefined ? [] : [[name, fault.code]],
    );
    assert.deepEqual(faults, [['office', 'credentials-incomplete']]);
  });

  it('are named where their endpoint cannot be meant', () => {
    assert.throws(() => connection({}, { AWS_ENDPOINT_URL: 'nonsense' }), {
      code: 'invalid-setting',
      subject: 'AWS_ENDPOINT_URL',
    });
  });
});
