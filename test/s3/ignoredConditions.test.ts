import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';

import { openStubStore } from '../support/servers/stubStore';

describe('A store that ignores what is asked of a reading', () => {
  const signal = () => AbortSignal.timeout(20_000);

  it('passes no other object off as the one that was seen', async () => {
    const { bucket, close } = await openStubStore((_, answer) => {
      answer.writeHead(200, { ...headers, etag: '"now"' }).end('other');
    });
    try {
      const request = { key: 'object', ifMatch: 'seen', signal: signal() };
      await assert.rejects(bucket.get(request), { code: 'changed-in-cloud' });
    } finally {
      await close();
    }
  });

  it('passes no other bytes off as a range', async () => {
    const { bucket, close } = await openStubStore((_, answer) => {
      answer.writeHead(200, { ...headers, etag: '"now"' }).end('whole');
    });
    try {
      const request = { key: 'object', range: { start: 1, end: 3 }, signal: signal() };
      await assert.rejects(bucket.get(request), { code: 'unexpected' });
    } finally {
      await close();
    }
  });

  it('mixes no two objects where a body breaks off', async () => {
    let gets = 0;
    const { bucket, close } = await openStubStore((_, answer) => {
      gets += 1;
      if (gets === 1) {
        answer.writeHead(200, { ...headers, etag: '"one"' });
        answer.write('wh', () => answer.destroy());
      } else {
        answer.writeHead(206, {
          ...headers,
          etag: '"two"',
          'content-length': 3,
          'content-range': 'bytes 2-4/5',
        });
        answer.end('her');
      }
    });
    try {
      const { body } = await bucket.get({ key: 'object', signal: signal() });
      await assert.rejects(buffer(body), { code: 'changed-in-cloud' });
      assert.equal(gets, 2);
    } finally {
      await close();
    }
  });
});

const headers = { 'content-length': 5, 'last-modified': new Date().toUTCString() };
