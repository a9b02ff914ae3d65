import assert from 'node:assert/strict';

import type { Failure } from '../../../src/engine/failures/failure';
import {
  parseCompareSettings,
  parseConnectionSettings,
  parseTrafficSettings,
} from '../../../src/engine/config/settings';

describe('settings', () => {
  const trust = { system: true, bundle: undefined };

  it('takes AWS and the default chain where nothing is set', () => {
    const expected = {
      profile: undefined,
      region: undefined,
      endpoint: undefined,
      forcePathStyle: false,
      trust,
    };
    assert.deepEqual(parseConnectionSettings({}), expected);
    const empty = { profile: '', region: ' ', endpoint: '', forcePathStyle: null };
    assert.deepEqual(parseConnectionSettings(empty), expected);
    assert.deepEqual(parseCompareSettings({}), { rule: 'smart', exclude: [], ignoreFiles: [] });
  });

  it('takes an endpoint without its last slash, and puts buckets into the path there', () => {
    const parsed = parseConnectionSettings({
      endpoint: ' http://localhost:9000/ ',
      region: 'eu-x',
    });
    assert.deepEqual(parsed, {
      profile: undefined,
      region: 'eu-x',
      endpoint: 'http://localhost:9000',
      forcePathStyle: true,
      trust,
    });
    const chosen = { endpoint: 'https://s3.test/base//', forcePathStyle: false, profile: 'p' };
    assert.deepEqual(parseConnectionSettings(chosen), {
      profile: 'p',
      region: undefined,
      endpoint: 'https://s3.test/base',
      forcePathStyle: false,
      trust,
    });
  });

  it('takes what uploads are to be stored with', () => {
    const raw = { storageClass: ' GLACIER_IR ', serverSideEncryption: 'aws:kms', kmsKeyId: 'k' };
    const storage = { storageClass: 'GLACIER_IR', encryption: 'aws:kms', kmsKeyId: 'k' };
    assert.deepEqual(parseConnectionSettings(raw).storage, storage);
    const empty = { storageClass: '', serverSideEncryption: '', kmsKeyId: '' };
    assert.equal(parseConnectionSettings(empty).storage, undefined);
  });

  it('takes what is S3 without an endpoint for that, and no special way to it', () => {
    const usual: readonly (readonly [string, string | undefined, string | undefined])[] = [
      ['https://s3.amazonaws.com', undefined, undefined],
      ['https://s3.eu-west-1.amazonaws.com:443/', undefined, 'eu-west-1'],
      ['https://S3-eu-west-1.amazonaws.com', undefined, 'eu-west-1'],
      ['https://s3.dualstack.eu-west-1.amazonaws.com', 'kept', 'eu-west-1'],
      ['https://s3-fips.us-gov-west-1.amazonaws.com', 'kept', 'us-gov-west-1'],
      ['https://s3-fips.dualstack.ca-west-1.amazonaws.com', 'kept', 'ca-west-1'],
      ['https://bucket.vpce-1a-2b.s3.us-east-1.vpce.amazonaws.com', 'kept', 'us-east-1'],
      ['https://s3-external-1.amazonaws.com', 'kept', undefined],
      ['https://s3-accelerate.amazonaws.com', 'kept', undefined],
      ['http://s3.eu-west-1.amazonaws.com', 'kept', 'eu-west-1'],
      ['https://ec2-3-4-5-6.compute-1.amazonaws.com', 'kept', undefined],
    ];
    for (const [text, kept, region] of usual) {
      const settings = parseConnectionSettings({ endpoint: text });
      assert.equal(settings.endpoint, kept === undefined ? undefined : text);
      assert.equal(settings.region, region);
      assert.equal(settings.forcePathStyle, kept !== undefined);
    }
    const regions = { endpoint: 'https://s3.eu-west-1.amazonaws.com', region: 'eu-central-1' };
    assert.equal(parseConnectionSettings(regions).region, 'eu-central-1');
  });

  const bad: readonly (readonly [string, unknown])[] = [
    ['profile', 5],
    ['region', ['eu']],
    ['endpoint', 5],
    ['endpoint', 'localhost'],
    ['endpoint', 'localhost:9000'],
    ['endpoint', 'ftp://host'],
    ['endpoint', 'https://'],
    ['endpoint', 'https://user:secret@host'],
    ['endpoint', 'https://host?x=1'],
    ['endpoint', 'https://host#x'],
    ['storageClass', 'A B'],
    ['storageClass', 5],
    ['serverSideEncryption', 'ROT13'],
    ['kmsKeyId', 'alias/ours'],
    ['forcePathStyle', 'yes'],
    ['forcePathStyle', 1],
  ];

  for (const [name, value] of bad) {
    it(`names s3Backup.${name} where it is ${JSON.stringify(value)}`, () => {
      assert.throws(() => parseConnectionSettings({ [name]: value }), {
        code: 'invalid-setting',
        subject: `s3Backup.${name}`,
      });
    });
  }

  it('never repeats a password that stands in a setting', () => {
    assert.throws(
      () => parseConnectionSettings({ endpoint: 'https://user:secret@host' }),
      (error: Failure) => !JSON.stringify(error.toRecord()).includes('secret'),
    );
  });

  it('takes nothing but a list of patterns to exclude', () => {
    assert.deepEqual(parseCompareSettings({ exclude: ['.git'] }), {
      rule: 'smart',
      exclude: ['.git'],
      ignoreFiles: [],
    });
    for (const exclude of ['.git', { '.git': true }, ['.git', 5], 0]) {
      assert.throws(() => parseCompareSettings({ exclude }), {
        code: 'invalid-setting',
        subject: 's3Backup.exclude',
      });
    }
  });

  it('names s3Backup.compare.rule where it is no rule', () => {
    for (const rule of ['fast', '', 5, true, ['smart']]) {
      assert.throws(() => parseCompareSettings({ 'compare.rule': rule }), {
        code: 'invalid-setting',
        subject: 's3Backup.compare.rule',
      });
    }
  });

  it('bounds the traffic only where it is told to', () => {
    const free = { concurrency: undefined, bandwidthLimit: undefined };
    for (const raw of [
      {},
      { concurrency: 'auto', bandwidthLimit: '' },
      { concurrency: null, bandwidthLimit: null },
      { concurrency: ' Auto ', bandwidthLimit: '0' },
    ]) {
      assert.deepEqual(parseTrafficSettings(raw), free);
    }
    const limits: readonly (readonly [unknown, number])[] = [
      ['1 KB', 1024],
      ['500kB/s', 500 << 10],
      ['1.5 MB', 1.5 * (1 << 20)],
      ['2 MiB', 2 << 20],
      ['1GB', 1 << 30],
      ['4096', 4096],
      [4096, 4096],
      ['4096 B', 4096],
    ];
    for (const [bandwidthLimit, bytes] of limits) {
      assert.equal(parseTrafficSettings({ bandwidthLimit }).bandwidthLimit, bytes);
    }
    assert.equal(parseTrafficSettings({ concurrency: '8' }).concurrency, 8);
    assert.equal(parseTrafficSettings({ concurrency: 64 }).concurrency, 64);
  });

  const badTraffic: readonly (readonly [string, unknown])[] = [
    ['concurrency', '0'],
    ['concurrency', 65],
    ['concurrency', 2.5],
    ['concurrency', 'many'],
    ['concurrency', true],
    ['bandwidthLimit', 'fast'],
    ['bandwidthLimit', '-1'],
    ['bandwidthLimit', '100'],
    ['bandwidthLimit', '2 Mbit'],
    ['bandwidthLimit', false],
  ];
  for (const [name, value] of badTraffic) {
    it(`names s3Backup.${name} where it is ${JSON.stringify(value)}, too`, () => {
      assert.throws(() => parseTrafficSettings({ [name]: value }), {
        code: 'invalid-setting',
        subject: `s3Backup.${name}`,
      });
    });
  }
});
