import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Connection } from '../../src/engine/ports/connection';
import { setAwsVariables } from '../../dev/awsVariables';

describe('A bucket in another region', () => {
  let server: Server;
  let connection: Connection;
  let restoreVariables: () => void;
  /** The regions that requests were signed for, in their order. */
  const signedFor: string[] = [];

  before(async () => {
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
    server = createServer((request, response) => {
      const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '');
      signedFor.push(region?.[1] ?? 'none');
      request.resume();
      if (region?.[1] === 'eu-west-3' && request.method === 'PUT') {
        // What a store answers to “x”.
        response.writeHead(200, { etag: '"9dd4e461268c8034f5c8564e155c67a6"' });
        response.end();
        return;
      }
      if (request.url?.startsWith('/untold') === true) {
        response.writeHead(400);
        response.end(
          '<Error><Code>AuthorizationHeaderMalformed</Code>' +
            '<Message>unexpected scope: 20261127/us-east-1/s3/aws4_request</Message></Error>',
        );
        return;
      }
      if (region?.[1] === 'eu-west-3' && request.url?.startsWith('/?') === true) {
        response.end('<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>');
        return;
      }
      if (region?.[1] === 'eu-west-3') {
        response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
        return;
      }
      if (request.url?.startsWith('/malformed') === true) {
        // As S3 answers to a signature for another region; without a body there is but the header.
        const isHead = request.method === 'HEAD';
        response.writeHead(400, isHead ? { 'x-amz-bucket-region': 'eu-west-3' } : {});
        const words = `the region 'us-east-1' is wrong; expecting 'eu-west-3'`;
        response.end(
          `<Error><Code>AuthorizationHeaderMalformed</Code><Message>${words}</Message>` +
            '<Region>eu-west-3</Region></Error>',
        );
        return;
      }
      response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-3' });
      response.end('<Error><Code>PermanentRedirect</Code></Error>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    signedFor.length = 0;
    connection = connect();
  });
  afterEach(() => {
    connection.close();
  });
  after(async () => {
    restoreVariables();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  function connect(): Connection {
    return new S3Connection({
      profile: undefined,
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      forcePathStyle: true,
    });
  }

  async function list(bucket: string): Promise<void> {
    const signal = AbortSignal.timeout(10_000);
    for await (const page of connection.bucket(bucket).list({ prefix: '', signal })) {
      assert.deepEqual(page, []);
    }
  }

  it('is found by the store’s answer, and remembered', async () => {
    await list('far');
    assert.deepEqual(signedFor, ['us-east-1', 'eu-west-3']);
    await list('far');
    assert.deepEqual(signedFor, ['us-east-1', 'eu-west-3', 'eu-west-3']);
  });

  it('is found by a refused signature, too, which names the region', async () => {
    await list('malformed');
    assert.deepEqual(signedFor, ['us-east-1', 'eu-west-3']);
    signedFor.length = 0;
    connection.close();
    connection = connect();
    const signal = AbortSignal.timeout(10_000);
    const upload = { key: 'a', uploadId: 'any', checksum: 'none' } as const;
    const body = Buffer.from('x');
    await connection.bucket('malformed').putPart({ upload, partNumber: 1, body, signal });
    assert.deepEqual([...new Set(signedFor)], ['us-east-1', 'eu-west-3']);
    assert.equal(signedFor.filter(region => region === 'us-east-1').length, 1);
  });

  it('is known before the first body is sent', async () => {
    const upload = { key: 'a', uploadId: 'any', checksum: 'none' } as const;
    const put = (partNumber: number) =>
      connection.bucket('far').putPart({
        upload,
        partNumber,
        body: Buffer.from('x'),
        signal: AbortSignal.timeout(10_000),
      });
    await Promise.all([put(1), put(2)]);
    // Looked for once, and then both parts.
    assert.deepEqual(signedFor, ['us-east-1', 'eu-west-3', 'eu-west-3', 'eu-west-3']);
  });

  it('is that of the account, too, where the store insists on one', async () => {
    const buckets = () => connection.account.buckets({ signal: AbortSignal.timeout(10_000) });
    assert.deepEqual(await buckets(), { buckets: [], next: undefined });
    assert.deepEqual(signedFor, ['us-east-1', 'eu-west-3']);
    await buckets();
    assert.deepEqual(signedFor, ['us-east-1', 'eu-west-3', 'eu-west-3']);
  });

  it('is blamed, and not the keys, where the store does not tell which it is', async () => {
    await assert.rejects(list('untold'), { code: 'wrong-region' });
  });

  it('does not disturb requests that run beside', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => list(`far-${String(index % 2)}`)));
    assert.ok(signedFor.every(region => region === 'us-east-1' || region === 'eu-west-3'));
    assert.equal(signedFor.filter(region => region === 'eu-west-3').length, 20);
    signedFor.length = 0;
    await list('far-0');
    assert.deepEqual(signedFor, ['eu-west-3']);
  });
});
