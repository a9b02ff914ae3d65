import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { openStubStore } from '../support/servers/stubStore';

describe('An object in an archive', () => {
  const head = {
    'content-length': '5',
    etag: '"abc"',
    'last-modified': 'Wed, 12 Oct 2025 17:50:00 GMT',
  };
  const until = 'Fri, 21 Dec 2035 00:00:00 GMT';

  for (const { what, headers, archive } of [
    { what: 'one in Glacier', headers: { 'x-amz-storage-class': 'GLACIER' }, archive: archived() },
    {
      what: 'one that is on its way',
      headers: {
        'x-amz-storage-class': 'DEEP_ARCHIVE',
        'x-amz-restore': 'ongoing-request="true"',
      },
      archive: { kind: 'restoring' },
    },
    {
      what: 'one that is back for a while',
      headers: {
        'x-amz-storage-class': 'GLACIER',
        'x-amz-restore': `ongoing-request="false", expiry-date="${until}"`,
      },
      archive: { kind: 'restored', until: Date.parse(until) },
    },
    {
      what: 'one that tiered itself away',
      headers: {
        'x-amz-storage-class': 'INTELLIGENT_TIERING',
        'x-amz-archive-status': 'ARCHIVE_ACCESS',
      },
      archive: archived(),
    },
    {
      what: 'none, of a class that gives its bytes at once',
      headers: { 'x-amz-storage-class': 'GLACIER_IR' },
      archive: undefined,
    },
  ]) {
    it(`is told by the store: ${what}`, async () => {
      const { bucket, close } = await openStubStore((_, answer) => {
        answer.writeHead(200, { ...head, ...headers }).end();
      });
      try {
        assert.deepEqual(
          (await bucket.head({ key: 'object', signal: signal() }))?.archive,
          archive,
        );
      } finally {
        await close();
      }
    });
  }

  it('is not read before it is back', async () => {
    const { bucket, close } = await openStubStore((_, answer) => {
      answer.writeHead(403).end('<Error><Code>InvalidObjectState</Code></Error>');
    });
    try {
      await assert.rejects(bucket.get({ key: 'object', signal: signal() }), { code: 'archived' });
    } finally {
      await close();
    }
  });

  for (const { storageClass, days } of [
    { storageClass: 'GLACIER', days: '<Days>7</Days>' },
    // It would be refused: what comes back there stays.
    { storageClass: 'INTELLIGENT_TIERING', days: '' },
  ]) {
    it(`is called back from ${storageClass}`, async () => {
      const asked: string[] = [];
      const { bucket, close } = await openStubStore(async (request, answer) => {
        if (request.method === 'HEAD') {
          const status = { 'x-amz-archive-status': 'ARCHIVE_ACCESS' };
          answer.writeHead(200, { ...head, ...status, 'x-amz-storage-class': storageClass }).end();
          return;
        }
        asked.push(`${request.url ?? ''} ${await text(request)}`);
        answer.writeHead(202).end();
      });
      try {
        await bucket.requestRestore({ key: 'object', versionId: 'v', days: 7, signal: signal() });
        assert.equal(asked.length, 1);
        assert.match(asked[0]!, /restore/);
        assert.match(asked[0]!, /versionId=v/);
        assert.equal(/<Days>7<\/Days>/.exec(asked[0]!)?.[0] ?? '', days);
      } finally {
        await close();
      }
    });
  }

  it('is not asked for twice', async () => {
    let refusals = 0;
    const restoring = (request: IncomingMessage, answer: ServerResponse): void => {
      if (request.method === 'HEAD') {
        answer.writeHead(200, { ...head, 'x-amz-storage-class': 'GLACIER' }).end();
        return;
      }
      refusals += 1;
      answer.writeHead(409).end('<Error><Code>RestoreAlreadyInProgress</Code></Error>');
    };
    const { bucket, close } = await openStubStore(restoring);
    try {
      await bucket.requestRestore({ key: 'object', days: 7, signal: signal() });
      assert.equal(refusals, 1);
    } finally {
      await close();
    }
  });

  it('says when a rule of the bucket will remove it', async () => {
    const { bucket, close } = await openStubStore((_, answer) => {
      const expiration = `expiry-date="${until}", rule-id="tidy up"`;
      answer.writeHead(200, { ...head, 'x-amz-expiration': expiration }).end();
    });
    try {
      const seen = await bucket.head({ key: 'object', signal: signal() });
      assert.equal(seen?.expiresAt, Date.parse(until));
    } finally {
      await close();
    }
  });
});

function archived(): { readonly kind: 'archived' } {
  return { kind: 'archived' };
}

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}
