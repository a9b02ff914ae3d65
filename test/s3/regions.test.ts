import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { openConnection, type Connection } from '../../src/engine/connection';
import { setAwsVariables } from '../support/awsVariables';

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
      if (region?.[1] === 'eu-west-3') {
        response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
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
    connection = openConnection({
      profile: undefined,
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      forcePathStyle: true,
    });
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

  it('is known before the first body is sent', async () => {
    const upload = { key: 'a', uploadId: 'any', takesCrc32: false };
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

  it('does not disturb requests that run beside', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => list(`far-${String(index % 2)}`)));
    assert.ok(signedFor.every(region => region === 'us-east-1' || region === 'eu-west-3'));
    assert.equal(signedFor.filter(region => region === 'eu-west-3').length, 20);
    signedFor.length = 0;
    await list('far-0');
    assert.deepEqual(signedFor, ['eu-west-3']);
  });
});
