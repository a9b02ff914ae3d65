import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';

import { openStubStore } from '../support/servers/stubStore';

describe('An ETag that is not the MD5 of what was sent, beside the checksum that was', () => {
  const closing: (() => void | Promise<void>)[] = [];
  after(async () => {
    for (const close of closing) await close();
  });

  it('fails a file whose stored bytes are others', async () => {
    const { put } = await store({ stores: damaged, tells: md5 });
    await assert.rejects(put('one'), { code: 'not-verified' });
  });

  it('fails a file after others whose ETags were digests', async () => {
    let isDamaging = false;
    const { put, reads } = await store({
      stores: body => (isDamaging ? damaged(body) : body),
      tells: md5,
    });
    await put('one');
    await put('two');
    assert.equal(reads(), 0);
    isDamaging = true;
    await assert.rejects(put('three'), { code: 'not-verified' });
  });

  it('says nothing where the bytes are those that were sent, which is asked once', async () => {
    const { put, reads } = await store({
      stores: body => body,
      tells: () => randomBytes(16).toString('hex'),
    });
    for (const key of ['one', 'two', 'three']) await put(key);
    assert.equal(reads(), 1);
  });

  it('says nothing where nobody may read what was stored', async () => {
    const { put, reads } = await store({
      stores: body => body,
      tells: () => randomBytes(16).toString('hex'),
      mayRead: false,
    });
    await put('one');
    assert.equal(reads(), 1);
  });

  /** A store that repeats every checksum that it is sent. */
  async function store({
    stores,
    tells,
    mayRead = true,
  }: {
    readonly stores: (body: Buffer) => Buffer;
    readonly tells: (stored: Buffer) => string;
    readonly mayRead?: boolean;
  }) {
    const objects = new Map<string, { readonly etag: string; readonly body: Buffer }>();
    let reads = 0;
    const { bucket, close } = await openStubStore(async (request, answer) => {
      const [path = ''] = (request.url ?? '').split('?');
      const sent = await buffer(request);
      if (request.method === 'PUT') {
        const body = stores(sent);
        const object = { etag: `"${tells(body)}"`, body };
        objects.set(path, object);
        const crc32 = request.headers['x-amz-checksum-crc32'];
        if (typeof crc32 === 'string') answer.setHeader('x-amz-checksum-crc32', crc32);
        answer.setHeader('etag', object.etag).end();
        return;
      }
      const object = objects.get(path);
      const isRead = request.method === 'GET';
      if (isRead) reads++;
      if (isRead && !mayRead) {
        answer.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      } else if (object === undefined) {
        answer.writeHead(404).end();
      } else {
        answer.writeHead(200, {
          etag: object.etag,
          'content-length': object.body.length,
          'last-modified': new Date().toUTCString(),
        });
        answer.end(isRead ? object.body : undefined);
      }
    });
    closing.push(close);
    return {
      reads: () => reads,
      put: (key: string) =>
        bucket.put({
          key,
          body: Buffer.from(`bytes of ${key}`),
          condition: { kind: 'absent' },
          attributes: { contentType: 'text/plain', metadata: {} },
          signal: new AbortController().signal,
        }),
    };
  }
});

function damaged(body: Buffer): Buffer {
  const other = Buffer.from(body);
  other[0] = (other[0] ?? 0) ^ 1;
  return other;
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
