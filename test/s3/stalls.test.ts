import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';

import { S3Connection } from '../../src/engine/s3/s3Connection';
import { Transport } from '../../src/engine/s3/transport';
import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3 } from '../../dev/embeddedS3';
import { openStubStore, type StubStore } from '../support/servers/stubStore';
import { startWireRecorder, type WireDisturbance } from '../support/servers/wire';

describe('A request that stalls', function () {
  this.timeout(120_000);
  const attributes = { contentType: 'text/plain', metadata: {} };
  const condition = { kind: 'absent' } as const;
  const body = randomBytes(3_000_000);
  const unaborted = new AbortController().signal;

  /** A connection that waits no longer than so many milliseconds for a byte. */
  async function open(patience = 500) {
    const server = await startEmbeddedS3({ buckets: ['b'] });
    const wire = await startWireRecorder(server.endpoint);
    const restore = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
    const connection = new S3Connection(
      { profile: undefined, region: 'us-east-1', endpoint: wire.endpoint, forcePathStyle: true },
      { transport: new Transport({ stallTimeoutMs: patience }) },
    );
    return {
      bucket: connection.bucket('b'),
      /** Disturbs the next request of that method that goes to the object. */
      disturb: (method: string, disturbance: WireDisturbance): void => {
        wire.disturbNext(
          request => request.method === method && request.path.startsWith('/b/object'),
          disturbance,
        );
      },
      close: async (): Promise<void> => {
        connection.close();
        restore();
        await wire.stop();
        await server.stop();
      },
    };
  }

  it('is sent again, whichever way it stalls', async () => {
    const { bucket, disturb, close } = await open();
    const signal = AbortSignal.timeout(25_000);
    try {
      disturb('PUT', 'stall');
      const { etag } = await bucket.put({ key: 'object', body, condition, attributes, signal });
      disturb('PUT', 'hold-answer');
      const next = { kind: 'unchanged', etag } as const;
      const text = Buffer.from('next');
      await bucket.put({ key: 'object', body: text, condition: next, attributes, signal });
      disturb('HEAD', 'stall');
      assert.equal((await bucket.head({ key: 'object', signal }))?.size, 4);
      disturb('GET', 'stall');
      const content = await bucket.get({ key: 'object', signal });
      assert.equal((await buffer(content.body)).toString(), 'next');
    } finally {
      await close();
    }
  });

  it('goes on in the middle of a body', async () => {
    const { bucket, disturb, close } = await open();
    const signal = AbortSignal.timeout(25_000);
    try {
      await bucket.put({ key: 'object', body, condition, attributes, signal });
      disturb('GET', 'stall-answer');
      const content = await bucket.get({ key: 'object', signal });
      assert.ok((await buffer(content.body)).equals(body));
    } finally {
      await close();
    }
  });

  it('never ends a body early', async () => {
    // On a busy machine an answer may take long, too, and the stall must not be spent on that one.
    const { bucket, disturb, close } = await open(2_000);
    const signal = AbortSignal.timeout(25_000);
    try {
      await bucket.put({ key: 'object', body, condition, attributes, signal });
      disturb('GET', 'stall-answer');
      const content = await bucket.get({ key: 'object', signal });
      // It is asked for three times more.
      for (let attempt = 2; attempt <= 4; attempt++) disturb('GET', 'stall');
      await assert.rejects(buffer(content.body), { code: 'timed-out' });
    } finally {
      await close();
    }
  });

  for (const [what, read] of [
    ['about an object', ({ bucket }) => bucket.head({ key: 'object', signal: unaborted })],
    ['for a list of buckets', ({ account }) => account.buckets({ signal: unaborted })],
  ] as const satisfies [string, (store: StubStore) => Promise<unknown>][]) {
    it(`is left where the head of the answer drips for ever: one ${what}`, async () => {
      const drips = new Set<NodeJS.Timeout>();
      const store = await openStubStore(
        ({ socket }) => {
          socket.write('HTTP/1.1 200 OK\r\nx-drip: ');

          const drip = setInterval(() => socket.write('d'), 20);
          drips.add(drip);
          socket.once('close', () => {
            clearInterval(drip);
          });
        },
        { transport: new Transport({ stallTimeoutMs: 100 }) },
      );
      try {
        await assert.rejects(read(store), { code: 'timed-out' });
        assert.equal(drips.size, 4);
      } finally {
        await store.close();
      }
    });
  }

  it('is waited for longer at each attempt where it is for a page of a list, and so are the next pages', async () => {
    const stallTimeoutMs = 300;
    let asked = 0;
    const store = await openStubStore(
      ({ url = '' }, response) => {
        asked++;
        const isLast = url.includes('continuation-token');
        const more = isLast ? '' : '<NextContinuationToken>t</NextContinuationToken>';
        const page =
          `<ListBucketResult><Name>b</Name><IsTruncated>${String(!isLast)}</IsTruncated>${more}` +
          `<Contents><Key>${isLast ? 'z' : 'a'}</Key><Size>1</Size><ETag>"e"</ETag>` +
          '<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>';
        // eslint-disable-next-line no-restricted-syntax -- a long silence is what is tested
        setTimeout(() => response.end(page), 3 * stallTimeoutMs);
      },
      { transport: new Transport({ stallTimeoutMs }) },
    );
    const keys: string[] = [];
    try {
      for await (const page of store.bucket.list({
        prefix: '',
        signal: new AbortController().signal,
      })) {
        keys.push(...page.map(({ key }) => key));
      }
    } finally {
      await store.close();
    }
    assert.deepEqual(keys, ['a', 'z']);
    assert.equal(asked, 4);
  });

  it('fails in the end by its name', async () => {
    const { bucket, disturb, close } = await open();
    const signal = AbortSignal.timeout(25_000);
    try {
      for (let attempt = 1; attempt <= 4; attempt++) disturb('HEAD', 'stall');
      await assert.rejects(bucket.head({ key: 'object', signal }), { code: 'timed-out' });
    } finally {
      await close();
    }
  });
});
