import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { Failure } from '../../src/engine/failures/failure';
import type { Connection } from '../../src/engine/ports/connection';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { inspectBucket } from '../../src/engine/store/inspectBucket';
import { selfSigned } from '../support/servers/selfSigned';
import { openStubStore } from '../support/servers/stubStore';

describe('An endpoint that is not what was meant', function () {
  this.timeout(120_000);
  let restoreVariables: () => void;
  const connections: Connection[] = [];

  before(() => {
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
  });
  afterEach(() => {
    for (const each of connections.splice(0)) each.close();
  });
  after(() => {
    restoreVariables();
  });

  function connect(endpoint: string): Connection {
    const connection = new S3Connection({
      profile: undefined,
      region: 'us-east-1',
      endpoint,
      forcePathStyle: true,
    });
    connections.push(connection);
    return connection;
  }

  /** The ways by which users meet it first. */
  function waysOf(connection: Connection): readonly (() => Promise<unknown>)[] {
    const bucket = connection.bucket('bkt');
    return [
      () => connection.account.buckets({ signal: signal() }),
      () => connection.check({ target: { bucket: 'bkt', prefix: '' }, signal: signal() }),
      () => bucket.list({ prefix: '', signal: signal() })[Symbol.asyncIterator]().next(),
    ];
  }

  async function assertMeant(work: Promise<unknown>, code: string, meant: string): Promise<void> {
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.code, code);
      assert.equal(error.toRecord().cause?.split(' ← ')[0], meant);
      return true;
    });
  }

  describe('since it ends in the bucket’s name', () => {
    let s3: EmbeddedS3;
    before(async () => {
      s3 = await startEmbeddedS3({ buckets: ['bkt'] });
    });
    after(() => s3.stop());

    it('is said to, with the endpoint without it', async () => {
      const connection = connect(`${s3.endpoint}/bkt`);
      for (const way of waysOf(connection)) {
        await assertMeant(way(), 'bucket-in-endpoint', s3.endpoint);
      }
      const inspecting = inspectBucket(connection.account, connection.bucket('bkt'), '', signal());
      await assertMeant(inspecting, 'bucket-in-endpoint', s3.endpoint);
    });
  });

  it('is said to begin with the bucket’s name where the list of buckets is one of objects', async () => {
    const body =
      '<ListBucketResult><Name>localhost</Name><IsTruncated>false</IsTruncated></ListBucketResult>';
    const { connection, close } = await openStubStore((_, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
    });
    try {
      const endpoint = connection.endpoint.replace('127.0.0.1', 'localhost.localhost');
      // Not every system knows names below localhost: the answer is what counts.
      await assert.rejects(connect(endpoint).account.buckets({ signal: signal() }), error => {
        assert.ok(error instanceof Failure);
        return error.code === 'bucket-in-endpoint' || error.code === 'host-not-found';
      });
      await assert.rejects(connection.account.buckets({ signal: signal() }), { code: 'not-s3' });
    } finally {
      await close();
    }
  });

  /** Servers that speak TLS, and what each does with a request without it. */
  const secured: Readonly<Record<string, () => Server>> = {
    'closes the connection': () => createHttpsServer({ ...selfSigned }),
    'says so in words of its own': () => {
      const tls = createTlsServer({ ...selfSigned });
      return createTcpServer(socket => {
        socket.once('data', first => {
          socket.on('error', () => socket.destroy());
          if (first[0] === tlsHandshake) {
            socket.pause();
            socket.unshift(first);
            tls.emit('connection', socket);
            return;
          }
          socket.end(
            'HTTP/1.0 400 Bad Request\r\ncontent-type: text/plain\r\n\r\n' +
              'Client sent an HTTP request to an HTTPS server.\n',
          );
        });
      });
    },
  };
  for (const [how, start] of Object.entries(secured)) {
    it(`is said to need https where the server ${how}`, async () => {
      const server = start();
      const port = await listen(server);
      try {
        for (const way of waysOf(connect(`http://127.0.0.1:${port}`))) {
          await assertMeant(way(), 'needs-https', `https://127.0.0.1:${port}`);
        }
      } finally {
        server.close();
      }
    });
  }

  it('is said to need http where the server knows nothing else', async () => {
    const server = createHttpServer((_, response) => response.writeHead(403).end());
    const port = await listen(server);
    try {
      for (const way of waysOf(connect(`https://127.0.0.1:${port}`))) {
        await assertMeant(way(), 'needs-http', `http://127.0.0.1:${port}`);
      }
    } finally {
      server.close();
    }
  });

  it('is not said to need https where nobody speaks it', async () => {
    const server = createTcpServer(socket => {
      socket.on('error', () => socket.destroy());
      socket.resetAndDestroy();
    });
    const port = await listen(server);
    try {
      const [buckets] = waysOf(connect(`http://127.0.0.1:${port}`));
      await assert.rejects(buckets!(), { code: 'unreachable' });
    } finally {
      server.close();
    }
  });

  it('is said to be another one where the store names that', async () => {
    const { connection, close } = await openStubStore((_, response) => {
      response.writeHead(301, { 'content-type': 'application/xml' });
      response.end(
        '<Error><Code>PermanentRedirect</Code><Endpoint>bkt.eu.s3.test</Endpoint></Error>',
      );
    });
    try {
      const [, , list] = waysOf(connection);
      await assertMeant(list!(), 'bucket-elsewhere', 'http://eu.s3.test');
    } finally {
      await close();
    }
  });
});

/** The type of the first record of TLS (RFC 8446, section 5.1). */
const tlsHandshake = 22;

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}

function signal(): AbortSignal {
  return AbortSignal.timeout(30_000);
}
