import assert from 'node:assert/strict';

import type { Connection } from '../../src/engine/ports/connection';
import { inspectBucket, inspectPrefix } from '../../src/engine/store/inspectBucket';
import { openStubStore } from '../support/servers/stubStore';
import { answering, noObjects, wrongAnswers } from '../support/servers/wrongAnswers';

const hello = '5d41402abc4b2a76b9719d911017c592';
const upload = { key: 'k', uploadId: 'u', checksum: 'none' } as const;
const attributes = { contentType: 'text/plain', metadata: {} };
type Operation = (connection: Connection) => Promise<unknown>;

const operations: Readonly<Record<string, Operation>> = {
  'a list': of => first(of.bucket('b').list({ prefix: 'p/', signal: signal() })),
  'a list of versions': of => first(of.bucket('b').listVersions({ key: 'k', signal: signal() })),
  'a list of parts': of => first(of.bucket('b').listParts(upload, signal())),
  'the buckets': of => of.account.buckets({ signal: signal() }),
  'the beginning of an upload': of =>
    of.bucket('b').startMultipart({ key: 'k', attributes, signal: signal() }),
  'access by strangers': of => of.account.publicAccess('b', signal()),
  'rules of the lifecycle': of => of.account.lifecycle('b', signal()),
  'the lock': of => of.account.lockedDays('b', signal()),
  'the check of a target': of =>
    of.check({ target: { bucket: 'b', prefix: 'p/' }, signal: signal() }),
  'the check of a store': of => of.check({ target: undefined, signal: signal() }),
  'whether a bucket is there': of => of.account.presence('b', signal()),
  'what stands below a prefix': of => inspectPrefix(of.bucket('b'), 'p/', signal()),
  'what a bucket is like': of => inspectBucket(of.account, of.bucket('b'), 'p/', signal()),
};

/** What is asked for with these is answered by it. */
const right: Readonly<Record<string, readonly string[]>> = {
  'a list of objects': [
    'a list',
    'the check of a target',
    'whether a bucket is there',
    'what stands below a prefix',
    'what a bucket is like',
  ],
  'a list of buckets': ['the buckets', 'the check of a store'],
};

describe('An answer that is not what was asked for', function () {
  this.timeout(120_000);
  for (const [what, body] of Object.entries(wrongAnswers)) {
    for (const [operation, ask] of Object.entries(operations)) {
      if (right[what]?.includes(operation) === true) continue;
      it(`is no answer: ${what} for ${operation}`, async () => {
        const { connection, close } = await openStubStore(answering(body));
        try {
          await assert.rejects(ask(connection), { code: 'not-s3' });
        } finally {
          await close();
        }
      });
    }

    it(`says nothing of versions: ${what}`, async () => {
      const { bucket, close } = await openStubStore(answering(body));
      try {
        assert.equal(await bucket.versioning(signal()), 'unknown');
      } finally {
        await close();
      }
    });
  }

  it('begins no upload without an id, by which a part would be a put', async () => {
    const body =
      '<InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>';
    const { bucket, close } = await openStubStore(answering(body));
    try {
      const begun = bucket.startMultipart({ key: 'k', attributes, signal: signal() });
      await assert.rejects(begun, { code: 'not-s3' });
    } finally {
      await close();
    }
  });

  it('completes no upload', async () => {
    const answer = answering('<html></html>');
    const { bucket, close } = await openStubStore((request, response) => {
      if (request.method === 'HEAD') response.writeHead(404).end();
      else return answer(request, response);
      return undefined;
    });
    try {
      const part = { partNumber: 1, size: 5, etag: hello, crc32: undefined };
      const request = { upload, parts: [part], size: 5, condition: { kind: 'absent' } } as const;
      await assert.rejects(bucket.completeMultipart({ ...request, signal: signal() }), {
        code: 'not-s3',
      });
    } finally {
      await close();
    }
  });

  it('is named in the failure', async () => {
    const { bucket, close } = await openStubStore(answering('<rss/>'));
    try {
      await assert.rejects(first(bucket.list({ prefix: '', signal: signal() })), error => {
        assert.ok(error instanceof Error && error.cause instanceof Error);
        return error.cause.message.includes('<rss>');
      });
    } finally {
      await close();
    }
  });

  it('is a list without a word on whether it is whole, or of another bucket', async () => {
    for (const body of [
      noObjects.replace('<IsTruncated>false</IsTruncated>', ''),
      noObjects.replace('<Name>b<', '<Name>other<'),
    ]) {
      const { bucket, close } = await openStubStore(answering(body));
      try {
        const listing = first(bucket.list({ prefix: '', signal: signal() }));
        await assert.rejects(listing, { code: 'not-s3' });
      } finally {
        await close();
      }
    }
  });

  it('may be an error that begins with 200', async () => {
    const body = '<Error><Code>AccessDenied</Code></Error>\n';
    const { bucket, close } = await openStubStore(answering(body));
    try {
      const listing = first(bucket.list({ prefix: '', signal: signal() }));
      await assert.rejects(listing, { code: 'access-denied' });
    } finally {
      await close();
    }
  });

  it('is not missed where a store gives the answer about an upload another name', async () => {
    const id = '<UploadId>u</UploadId>';
    const part = `<Part><PartNumber>1</PartNumber><Size>5</Size><ETag>"${hello}"</ETag></Part>`;
    const begin = `<InitiateMultipartUpload>${id}</InitiateMultipartUpload>`;
    const parts = `<ListPartsResponse>${id}<IsTruncated>false</IsTruncated>${part}</ListPartsResponse>`;
    const starting = { key: 'k', attributes, signal: signal() };
    const begun = await openStubStore(answering(begin));
    const listed = await openStubStore(answering(parts));
    const empty = await openStubStore(answering('<InitiateMultipartUpload/>'));
    try {
      assert.equal((await begun.bucket.startMultipart(starting)).uploadId, 'u');
      const found = await first(listed.bucket.listParts(upload, signal()));
      assert.equal(found?.length, 1);
      await assert.rejects(empty.bucket.startMultipart(starting), { code: 'not-s3' });
    } finally {
      for (const store of [begun, listed, empty]) await store.close();
    }
  });

  it('is not missed where the store tells in words when it gives an upload up', async () => {
    const id = '<UploadId>u</UploadId>';
    const begin = `<InitiateMultipartUploadResult>${id}</InitiateMultipartUploadResult>`;
    const parts = `<ListPartsResult>${id}<IsTruncated>false</IsTruncated></ListPartsResult>`;
    const { bucket, close } = await openStubStore((request, response) => {
      response.setHeader('x-amz-abort-date', 'never');
      response.end(request.method === 'POST' ? begin : parts);
    });
    try {
      const begun = await bucket.startMultipart({ key: 'k', attributes, signal: signal() });
      assert.equal(begun.uploadId, 'u');
      assert.deepEqual(await first(bucket.listParts(upload, signal())), []);
    } finally {
      await close();
    }
  });

  it('is not missed where the store leaves its bucket’s name out', async () => {
    for (const name of ['', '<Name/>', '<Name></Name>']) {
      const { bucket, close } = await openStubStore(
        answering(noObjects.replace('<Name>b</Name>', name)),
      );
      try {
        assert.deepEqual(await first(bucket.list({ prefix: '', signal: signal() })), []);
      } finally {
        await close();
      }
    }
  });
});

async function first<T>(pages: AsyncIterable<T>): Promise<T | undefined> {
  for await (const page of pages) return page;
  return undefined;
}

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}
