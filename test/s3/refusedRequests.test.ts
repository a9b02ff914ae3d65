import assert from 'node:assert/strict';

import type { StoredObject } from '../../src/engine/ports/bucket';
import { inspectBucket } from '../../src/engine/store/inspectBucket';
import { openStubStore, type StubStore } from '../support/servers/stubStore';

const never = new AbortController().signal;

describe('A request that a store refuses', () => {
  for (const type of ['text/html; charset=utf-8', 'text/plain']) {
    it(`names the file whose name is refused in ${type}`, async () => {
      const store = await openStubStore((request, response) => {
        response.writeHead(request.method === 'HEAD' ? 404 : 400, { 'content-type': type });
        response.end('Bad Request');
      });
      await assert.rejects(putAt(store, 'p/a\nb'), { code: 'name-refused', subject: 'p/a\nb' });
      await store.close();
    });
  }

  it('names the file whose name is no address of the server’s', async () => {
    const store = await openStubStore((_, response) => {
      // As moto does where a name has a line feed.
      response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>404 Not Found</title>');
    });
    try {
      await assert.rejects(putAt(store, 'p/a\nb'), { code: 'name-refused', subject: 'p/a\nb' });
    } finally {
      await store.close();
    }
  });

  it('is about no name where nothing is there yet, whatever type the empty answer has', async () => {
    const store = await openStubStore((request, response) => {
      // As moto says that there is no such object.
      const isThere = request.method === 'PUT';
      response.writeHead(isThere ? 200 : 404, {
        'content-type': 'text/html; charset=utf-8',
        etag: '"0cc175b9c0f1b6a831c399e269772661"',
      });
      response.end();
    });
    try {
      assert.equal(await store.bucket.head({ key: 'p/a\tb', signal: never }), undefined);
      const { etag } = await putAt(store, 'p/a\tb');
      assert.equal(etag, '0cc175b9c0f1b6a831c399e269772661');
    } finally {
      await store.close();
    }
  });

  for (const [word, code, isRetried] of [
    ['InternalError', 'file-refused', true],
    ['SlowDown', 'file-refused', true],
    ['AccessDenied', 'access-denied', false],
    ['SomethingNew', 'file-refused', true],
  ] as const) {
    it(`is refused by ${word}, too, that comes with status 200`, async () => {
      let count = 0;
      const store = await openStubStore((request, response) => {
        if (request.method !== 'PUT') {
          response.writeHead(404).end();
          return;
        }
        count++;
        response.writeHead(200, { 'content-type': 'application/xml' });
        response.end(
          `<?xml version="1.0"?>\n<Error><Code>${word}</Code><Message>m</Message></Error>`,
        );
      });
      try {
        await assert.rejects(putAt(store, 'p/a'), { code });
        assert.equal(count > 1, isRetried);
      } finally {
        await store.close();
      }
    });
  }

  it('is refused by an error that does not say what it is, and has the ETag of what was sent', async () => {
    const store = await openStubStore((request, response) => {
      if (request.method === 'PUT')
        response.setHeader('etag', '"0cc175b9c0f1b6a831c399e269772661"');
      else response.statusCode = 404;
      response.end(request.method === 'PUT' ? '<Error><Message>m</Message></Error>' : '');
    });
    try {
      await assert.rejects(putAt(store, 'p/a'), { code: 'file-refused' });
    } finally {
      await store.close();
    }
  });

  it('may have been carried out where its answer is no HTTP', async () => {
    let puts = 0;
    const store = await openStubStore((request, response) => {
      if (request.method === 'PUT') {
        puts++;
        response.socket?.end('HTTP/1.1 200 OK\r\nno header at all\r\n\r\n');
        return;
      }
      response.writeHead(puts === 0 ? 404 : 200, {
        etag: '"0cc175b9c0f1b6a831c399e269772661"',
        'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
        'content-length': puts === 0 ? '0' : '1',
      });
      response.end();
    });
    try {
      const { etag } = await putAt(store, 'p/a');
      assert.deepEqual([etag, puts], ['0cc175b9c0f1b6a831c399e269772661', 1]);
    } finally {
      await store.close();
    }
  });

  it('is none of a store’s where a page answers a put', async () => {
    const store = await openStubStore((request, response) => {
      response.writeHead(request.method === 'PUT' ? 200 : 404, { 'content-type': 'text/html' });
      response.end(request.method === 'PUT' ? '<html>Sign in</html>' : '');
    });
    try {
      await assert.rejects(putAt(store, 'p/a'), { code: 'not-s3' });
    } finally {
      await store.close();
    }
  });

  it('is sent once more by the store’s clock, though the refusal of a HEAD does not say why', async () => {
    const ahead = 5 * 3_600_000;
    const store = await openStubStore(({ headers }, response) => {
      const [, day = '', hour = ''] = /^(\d{8})T(\d\d)/.exec(String(headers['x-amz-date'])) ?? [];
      const now = new Date(Date.now() + ahead);
      const due = now.toISOString().replaceAll('-', '');
      const isRight = due.startsWith(day) && Math.abs(now.getUTCHours() - Number(hour)) < 2;
      response.sendDate = false;
      response.writeHead(isRight ? 200 : 403, {
        date: now.toUTCString(),
        etag: '"5d41402abc4b2a76b9719d911017c592"',
        'last-modified': now.toUTCString(),
        'content-length': isRight ? '5' : '0',
      });
      response.end();
    });
    try {
      const head = await store.bucket.head({ key: 'p/a', signal: never });
      assert.equal(head?.size, 5);
    } finally {
      await store.close();
    }
  });

  it('is sent once where the store does not know it', async () => {
    const asked: string[] = [];
    const store = await openStubStore(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(501, { 'content-type': 'application/xml' });
      response.end('<Error><Code>NotImplemented</Code></Error>');
    });
    const { versioning, isPublic, expires } = await inspectBucket(
      store.account,
      store.bucket,
      '',
      never,
    );
    assert.deepEqual([versioning, isPublic, expires], ['unknown', undefined, undefined]);
    assert.equal(new Set(asked).size, asked.length);
    await store.close();
  });
});

function putAt({ bucket }: StubStore, key: string): Promise<StoredObject> {
  return bucket.put({
    key,
    body: Buffer.from('a'),
    condition: { kind: 'absent' },
    attributes: { contentType: 'text/plain', metadata: {} },
    signal: never,
  });
}
