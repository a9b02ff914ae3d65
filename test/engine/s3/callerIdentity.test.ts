import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { S3Connection } from '../../../src/engine/s3/s3Connection';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';

const arn = 'arn:aws:sts::111122223333:assumed-role/Backup/anna';
const answerOfAws = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn>
<UserId>A:anna</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

describe('Whose credentials these are', () => {
  let aws: AwsFiles;
  let servers: Server[];
  let connections: S3Connection[];

  beforeEach(async () => {
    aws = await awsFiles();
    servers = [];
    connections = [];
    await aws.write({ credentials: '[p]\naws_access_key_id = K\naws_secret_access_key = s\n' });
  });
  afterEach(async () => {
    for (const connection of connections) connection.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await aws.remove();
  });

  async function serverAnswering(status: number, answer: string) {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      void text(request).then(sent => {
        const key = /Credential=([^/]+)\/\d+\/([^,]+)/.exec(request.headers.authorization ?? '');
        requests.push([request.method, request.url, sent, key?.[1], key?.[2]].join(' '));
        response.writeHead(status, { 'content-type': 'text/xml' }).end(answer);
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { endpoint: `http://127.0.0.1:${String(port)}`, requests };
  }

  function callerAt(endpoint: string | undefined, profile = 'p') {
    const settings = { profile, region: 'eu-west-1', endpoint, forcePathStyle: true };
    const connection = new S3Connection(settings);
    connections.push(connection);
    return connection.caller(AbortSignal.timeout(10_000));
  }

  const asked = 'POST / Action=GetCallerIdentity&Version=2011-06-15 K eu-west-1/sts/aws4_request';

  it('is told by AWS’s token service', async () => {
    const sts = await serverAnswering(200, answerOfAws);
    aws.set({ AWS_ENDPOINT_URL_STS: sts.endpoint });
    assert.deepEqual(await callerAt(undefined), { account: '111122223333', arn });
    assert.deepEqual(sts.requests, [asked]);
  });

  it('is asked of another store itself, and of nobody else', async () => {
    const sts = await serverAnswering(200, answerOfAws);
    aws.set({ AWS_ENDPOINT_URL_STS: sts.endpoint });
    const store = await serverAnswering(200, answerOfAws);
    assert.deepEqual(await callerAt(store.endpoint), { account: '111122223333', arn });
    assert.deepEqual([sts.requests, store.requests], [[], [asked]]);
  });

  it('is no failure where nobody tells it', async () => {
    for (const [status, answer] of [
      [403, '<Error><Code>AccessDenied</Code></Error>'],
      [404, ''],
      [501, '<Error/>'],
      [200, '<html>hello</html>'],
      [307, ''],
    ] as const) {
      const store = await serverAnswering(status, answer);
      assert.equal(await callerAt(store.endpoint), undefined);
      assert.equal(store.requests.length, 1);
    }
    assert.equal(await callerAt('http://127.0.0.1:9'), undefined);
    assert.equal(await callerAt('http://127.0.0.1:9', 'nobody'), undefined);
  });
});
