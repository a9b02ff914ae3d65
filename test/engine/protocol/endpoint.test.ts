import assert from 'node:assert/strict';

import fc from 'fast-check';

import { readEndpoint, storeOf, withoutBucket, withScheme } from '../../../src/protocol/endpoint';
import { assertProperty } from '../../support/suite/assertProperty';

describe('An endpoint', () => {
  const normal: readonly (readonly [string, string])[] = [
    ['https://s3.example.com', 'https://s3.example.com'],
    [' HTTPS://S3.Example.COM:443/ ', 'https://s3.example.com'],
    ['https://s3.example.com.', 'https://s3.example.com'],
    ['http://nas:80', 'http://nas'],
    ['http://nas:9000//', 'http://nas:9000'],
    ['https://s3.example.com/Base//', 'https://s3.example.com/Base'],
    ['http://[::0001]:9000/', 'http://[::1]:9000'],
    ['http://127.1:9000', 'http://127.0.0.1:9000'],
    ['https://büro.example', 'https://xn--bro-hoa.example'],
  ];
  for (const [text, url] of normal) {
    it(`is read in one form: ${text}`, () => {
      assert.equal(readEndpoint(text)?.url, url);
    });
  }

  it('is no endpoint without http or https', () => {
    for (const text of [
      '',
      'nas',
      'nas:9000',
      'ftp://nas',
      's3://bucket',
      'http://',
      'http://::1',
    ]) {
      assert.equal(readEndpoint(text), undefined, text);
    }
  });
});

describe('The bucket’s name in an endpoint', () => {
  it('is taken away where it ends the path or begins the host', () => {
    const cases: readonly (readonly [string, string | undefined])[] = [
      ['https://s3.test/bkt', 'https://s3.test'],
      ['https://s3.test:9/base/bkt/', 'https://s3.test:9/base'],
      ['https://bkt.s3.test', 'https://s3.test'],
      ['https://s3.test', undefined],
      ['https://s3.test/bkt2', undefined],
      ['https://s3.test/xbkt', undefined],
      ['https://bkt2.s3.test', undefined],
      ['AWS', undefined],
    ];
    for (const [endpoint, meant] of cases) assert.equal(withoutBucket(endpoint, 'bkt'), meant);
    assert.equal(withoutBucket('http://127.0.0.1:9', '127'), undefined);
  });
});

describe('The other scheme', () => {
  it('is that of the same host and port', () => {
    assert.equal(withScheme('http://nas:9/a', 'https'), 'https://nas:9/a');
    assert.equal(withScheme('https://nas', 'http'), 'http://nas:443');
    assert.equal(withScheme('http://nas:443', 'https'), 'https://nas');
    assert.equal(withScheme('http://nas', 'http'), undefined);
    assert.equal(withScheme('AWS', 'http'), undefined);
  });
});

describe('The store of an endpoint', () => {
  const same: readonly (readonly string[])[] = [
    [
      'https://s3.example.com',
      'https://S3.Example.com',
      'https://s3.example.com:443',
      'https://s3.example.com/',
      'https://s3.example.com.',
      'http://s3.example.com:80',
      's3.example.com',
    ],
    ['http://nas:9000', 'https://NAS:9000/', 'nas:9000'],
    ['http://[::1]:9000', 'http://[0:0:0:0:0:0:0:1]:9000//', '[::1]:9000'],
    ['https://s3.example.com/base', 'https://s3.example.com/base/'],
    [
      '',
      'AWS',
      'https://s3.amazonaws.com',
      'https://S3.EU-west-1.amazonaws.com/',
      'https://s3-eu-west-1.amazonaws.com',
      'https://s3.dualstack.eu-west-1.amazonaws.com',
      'https://s3-fips.us-gov-west-1.amazonaws.com',
      'https://s3-accelerate.amazonaws.com',
      'https://bucket.vpce-1a2b-5c6d.s3.us-east-1.vpce.amazonaws.com',
      'https://s3.cn-north-1.amazonaws.com.cn',
      'https://s3.eusc-de-east-1.amazonaws.eu',
      'http://s3.eu-west-1.amazonaws.com',
    ],
  ];
  for (const spellings of same) {
    it(`is one in all spellings: ${spellings.find(each => each !== '') ?? ''}`, () => {
      assert.deepEqual(new Set(spellings.map(storeOf)).size, 1, spellings.map(storeOf).join());
    });
  }

  it('is another one with another host, port or path', () => {
    const others = [
      'https://s3.example.com',
      'https://s3.example.com:8443',
      'https://s3.example.com/base',
      'https://s3.example.com/Base',
      'https://s3.example.org',
      'https://s3.amazonaws.com:8443',
      'https://s3.amazonaws.com.example.org',
      'https://s3-website.eu-west-1.amazonaws.com',
      // Stores on machines that are rented from Amazon.
      'https://ec2-3-4-5-6.eu-west-1.compute.amazonaws.com',
      'https://minio-123.eu-west-1.elb.amazonaws.com',
      'https://aws',
      'AWS',
    ];
    assert.equal(new Set(others.map(storeOf)).size, others.length);
  });

  it('is the store of itself', () => {
    const endpoints = fc.oneof(
      fc.webUrl({ validSchemes: ['http', 'https'] }),
      fc.constantFrom('AWS', '', 'nas', 'http://[::1]:9', 'http://a..', 'HTTP://A:80/b//'),
      fc.string(),
    );
    assertProperty(
      fc.property(endpoints, endpoint => {
        assert.equal(storeOf(storeOf(endpoint)), storeOf(endpoint));
      }),
    );
  });
});
