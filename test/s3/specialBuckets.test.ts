import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Bucket } from '../../src/engine/ports/bucket';
import { openStubStore, type StubStore } from '../support/servers/stubStore';

/** What Amazon's S3 has besides plain buckets. None of it can be had here: the answers are those that AWS documents. */
describe('A bucket that is none of the plain ones', () => {
  let store: StubStore | undefined;
  afterEach(() => store?.close());

  async function keysIn(bucket: Bucket): Promise<readonly string[]> {
    const signal = new AbortController().signal;
    const keys: string[] = [];
    for await (const page of bucket.list({ prefix: 'w/', signal }))
      keys.push(...page.map(({ key }) => key));
    return keys;
  }

  const put = (bucket: Bucket) =>
    bucket.put({
      key: 'w/a',
      body: Buffer.from('a'),
      attributes: { contentType: 'text/plain', metadata: {} },
      condition: { kind: 'absent' },
      signal: new AbortController().signal,
    });

  function refuse(response: ServerResponse, code: string): void {
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
  }

  function listOf(bucket: string): string {
    const object =
      '<Contents><Key>w/a</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>';
    return `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>false</IsTruncated>${object}</ListBucketResult>`;
  }

  const isPut = ({ method }: IncomingMessage) => method === 'PUT';
  const takePut = (response: ServerResponse) => {
    response.setHeader('etag', '"0cc175b9c0f1b6a831c399e269772661"').end();
  };

  it('is denied where the requester pays, and nobody pays unasked', async () => {
    const offers: unknown[] = [];
    store = await openStubStore((request, response) => {
      offers.push(request.headers['x-amz-request-payer']);
      refuse(response, 'AccessDenied');
    });
    await assert.rejects(keysIn(store.bucket), { code: 'access-denied' });
    await assert.rejects(put(store.bucket), { code: 'access-denied' });
    assert.ok(offers.length > 1 && offers.every(offer => offer === undefined));
  });

  it('is listed by the alias of an access point, though its list names the bucket behind', async () => {
    store = await openStubStore((_, response) => {
      response.end(listOf('behind'));
    });
    const alias = 'mine-abcdefgh1234567890-s3alias';
    assert.deepEqual(await keysIn(store.connection.bucket(alias)), ['w/a']);
    await assert.rejects(keysIn(store.connection.bucket('mine')), { code: 'not-s3' });
  });

  it('is named as no bucket by the ARN of an access point, which nothing is sent to', async () => {
    let requests = 0;
    store = await openStubStore((_, response) => {
      requests++;
      response.end();
    });
    const arn = 'arn:aws:s3:eu-west-1:111122223333:accesspoint/mine';
    const bucket = store.connection.bucket(arn);
    await assert.rejects(keysIn(bucket), { code: 'invalid-bucket-name', subject: arn });
    await assert.rejects(put(bucket), { code: 'invalid-bucket-name', subject: arn });
    assert.equal(requests, 0);
  });

  it('is signed for by one session, where it is a directory bucket', async () => {
    const name = 'mine--use1-az1--x-s3';
    const requests: string[] = [];
    store = await openStubStore((request, response) => {
      const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1];
      const token = request.headers['x-amz-s3session-token'];
      const asksForSession = request.url?.includes('session') === true;
      requests.push([asksForSession ? 'session' : request.method, key, token].join(' '));
      response.setHeader('content-type', 'application/xml');
      if (asksForSession) {
        const end = new Date(Date.now() + 300_000).toISOString();
        response.end(
          `<CreateSessionResult><Credentials><AccessKeyId>S</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${end}</Expiration></Credentials></CreateSessionResult>`,
        );
      } else if (isPut(request)) takePut(response);
      else if (request.method === 'HEAD') response.writeHead(404).end();
      else response.end(listOf(name));
    });
    const bucket = store.connection.bucket(name);
    assert.deepEqual(await keysIn(bucket), ['w/a']);
    await put(bucket);
    assert.deepEqual(requests.slice(0, 2), ['session any ', 'GET S t']);
    assert.ok(requests.includes('PUT S t'), requests.join('; '));
    assert.equal(requests.filter(each => each.startsWith('session')).length, 1);
  });
});
