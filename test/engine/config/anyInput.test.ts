import assert from 'node:assert/strict';
import fc from 'fast-check';

import { connectionDefaults } from '../../../src/engine/config/connectionDefaults';
import { planCredentials, planProfile } from '../../../src/engine/config/credentialPlan';
import { credentialSources } from '../../../src/engine/config/profiles';
import {
  parseCompareSettings,
  parseConnectionSettings,
  parseTrafficSettings,
} from '../../../src/engine/config/settings';
import { readSharedFiles } from '../../../src/engine/config/sharedFiles';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';
import { assertProperty } from '../../support/suite/assertProperty';
import { faultOf } from '../../support/suite/faultOf';

/** What stands in such files, and what an object of JavaScript has by itself. */
const names = fc.constantFrom(
  ...['default', 'dev', 'my dev', '"', "a'b", '__proto__', 'constructor', 'toString', 'DEFAULT'],
);
const settingNames = fc.oneof(
  names,
  fc.constantFrom(
    ...['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token', 'region', 'role_arn'],
    ...['source_profile', 'credential_source', 'credential_process', 'web_identity_token_file'],
    ...['sso_session', 'sso_start_url', 'sso_region', 'sso_account_id', 'sso_role_name'],
    ...['login_session', 'mfa_serial', 'duration_seconds', 'endpoint_url', 'services', 's3'],
  ),
);
const values = fc.oneof(
  names,
  fc.string(),
  fc.constantFrom('Environment', 'arn:aws:iam::1:role/r'),
);
const lines = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(settingNames, values).map(([a, b]) => `${a} = ${b}`) },
  { weight: 2, arbitrary: names.map(name => `[${name}]`) },
  { weight: 2, arbitrary: names.map(name => `[profile ${name}]`) },
  names.map(name => `[sso-session ${name}]`),
  names.map(name => `[services ${name}]`),
  fc.tuple(settingNames, values).map(([a, b]) => `  ${a} = ${b}`),
  fc.string(),
  fc.string({ unit: 'binary' }),
);
const texts = fc.tuple(fc.array(lines, { maxLength: 12 }), fc.constantFrom('\n', '\r\n', '\r'));

describe('Whatever stands in the shared AWS files', () => {
  let aws: AwsFiles;

  beforeEach(async () => {
    aws = await awsFiles();
  });
  afterEach(() => aws.remove());

  it('each profile is usable, or fails by name as the list of profiles says', async () => {
    await assertProperty(
      fc.asyncProperty(texts, texts, async ([credentials, one], [config, other]) => {
        await aws.write({ credentials: credentials.join(one), config: config.join(other) });
        const files = readSharedFiles(process.env);
        const { profiles } = credentialSources({}, files);
        for (const { name, fault } of profiles) {
          assert.deepEqual(faultOf(() => planProfile(name, files))?.toRecord(), fault);
          faultOf(() =>
            parseConnectionSettings({ profile: name }, of => connectionDefaults(of, {}, files)),
          );
        }
        for (const profile of [undefined, 'nobody', '__proto__']) {
          faultOf(() => planCredentials({ profile, env: {}, files }));
        }
      }),
      { numRuns: 600 },
    );
  });

  it('what has no meaning, such as “constructor”, changes nothing', async () => {
    const keys = 'aws_access_key_id = A\naws_secret_access_key = s\n';
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      await aws.write({ credentials: `[dev]\n${name} = x\n${keys}` });
      const plan = planProfile('dev', readSharedFiles(process.env));
      assert.equal(plan.kind === 'keys' && plan.identity.accessKeyId, 'A', name);
      const role = `role_arn = arn:aws:iam::1:role/r\ncredential_source = ${name}\n`;
      await aws.write({ config: `[profile dev]\n${role}` });
      const fault = faultOf(() => planProfile('dev', readSharedFiles(process.env)));
      assert.equal(fault?.code, 'profile-failed', name);
    }
  });
});

describe('Whatever the settings hold', () => {
  const known = [
    ...[
      'profile',
      'region',
      'endpoint',
      'forcePathStyle',
      'accessKeyOf',
      'place',
      'storageClass',
      'exclude',
    ],
    ...['serverSideEncryption', 'kmsKeyId', 'compare.rule', 'useGitignore', 'concurrency'],
    ...['bandwidthLimit', 'http.proxy', 'http.noProxy', 'http.proxyAuthorization'],
    ...['http.proxyStrictSSL', 'http.proxySupport', 'http.systemCertificates'],
  ];
  const settings = fc.dictionary(fc.constantFrom(...known), fc.jsonValue());

  it('is used, or is named with its setting', () => {
    assertProperty(
      fc.property(settings, raw => {
        for (const parse of [parseConnectionSettings, parseCompareSettings, parseTrafficSettings]) {
          const fault = faultOf(() => parse(raw));
          if (fault === undefined) continue;
          assert.equal(fault.code, 'invalid-setting');
          assert.ok(known.some(name => [`s3Backup.${name}`, name].includes(fault.subject)));
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
