import assert from 'node:assert/strict';

import { inspectBucket } from '../../src/engine/store/inspectBucket';
import { openStubStore } from '../support/servers/stubStore';

const never = new AbortController().signal;

describe('A request that a store refuses', () => {
  for (const type of ['text/html; charset=utf-8', 'text/plain']) {
    it(`names the file whose name is refused in ${type}`, async () => {
      const store = await openStubStore((request, response) => {
        response.writeHead(request.method === 'HEAD' ? 404 : 400, { 'content-type': type });
        response.end('Bad Request');
      });
      const put = store.bucket.put({
        key: 'p/a\nb',
        body: Buffer.from('a'),
        condition: { kind: 'absent' },
        attributes: { contentType: 'text/plain', metadata: {} },
        signal: never,
      });
      await assert.rejects(put, { code: 'name-refused', subject: 'p/a\nb' });
      await store.close();
    });
  }

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
