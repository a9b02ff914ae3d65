import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { count, openStores, sentTo, writeOurs } from '../support/servers/conditionalWrites';
import { sendError, treatAll } from '../support/servers/conditionStore';
import { openStubStore } from '../support/servers/stubStore';

const writes = ['put', 'completion'] as const;

const stores = openStores();
afterEach(() => stores.closeAll());

describe('An ETag that is not spelled as usual', function () {
  this.timeout(120_000);

  for (const [what, spell] of [
    ['in capitals', (digest: string) => `"${digest.toUpperCase()}"`],
    ['marked as weak', (digest: string) => `W/"${digest}"`],
    ['without quotation marks', (digest: string) => digest],
  ] as const) {
    it(`${what} proves the bytes all the same`, async () => {
      const store = await stores.open({ treatments: treatAll('ignores'), spell });
      const { etag } = await writeOurs(store, 'put', 'one', { kind: 'absent' });
      assert.equal(etag, createHash('md5').update('ours').digest('hex'));
      assert.equal(count(store, 'put-if'), 1);
      assert.equal(count(store, 'get'), 0);
    });
  }

  it('in a list is the same ETag', async () => {
    const digest = createHash('md5').update('ours').digest('hex');
    for (const told of [`"${digest}"`, digest.toUpperCase(), `W/"${digest}"`, digest]) {
      const { bucket, close } = await openStubStore((_request, response) => {
        response.end(
          '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><Contents><Key>one</Key>' +
            `<LastModified>2020-01-01T00:00:00.000Z</LastModified><ETag>${told}</ETag><Size>4</Size>` +
            '</Contents></ListBucketResult>',
        );
      });
      try {
        for await (const page of bucket.list({ prefix: '', signal: AbortSignal.timeout(20_000) })) {
          assert.deepEqual(
            page.map(({ etag }) => etag),
            [digest],
          );
        }
      } finally {
        await close();
      }
    }
  });

  it('in capitals is sent back in capitals', async () => {
    const store = await stores.open({
      treatments: treatAll('ignores'),
      spell: digest => `"${digest.toUpperCase()}"`,
    });
    const matches: string[] = [];
    store.intercept = (request, answer) => {
      if (request.kind === 'get' && request.ifMatch !== undefined) {
        matches.push(request.ifMatch);
        if (request.ifMatch !== request.ifMatch.toUpperCase()) {
          sendError(answer, 412, 'PreconditionFailed');
          return 'taken';
        }
      }
      return undefined;
    };
    const ifMatch = store.place('one', 'theirs');
    const request = { key: 'one', ifMatch, signal: AbortSignal.timeout(20_000) };
    assert.equal((await store.bucket.get(request)).head.etag, ifMatch);
    await store.bucket.get(request);
    // The first one had to find out.
    assert.deepEqual(
      matches.map(match => match === match.toUpperCase()),
      [false, true, true],
    );
  });

  it('as no digest leads to reading back, once, and not to another put', async () => {
    const store = await stores.open({
      treatments: treatAll('ignores'),
      spell: () => '"0x8DC123456789"',
    });
    await writeOurs(store, 'put', 'one', { kind: 'absent' });
    assert.equal(count(store, 'put-if'), 1);
    assert.equal(count(store, 'get-if'), 1);
    await writeOurs(store, 'completion', 'two', { kind: 'absent' });
    assert.equal(count(store, 'completion-if'), 1);
    assert.equal(store.bytes('two'), 'ours');
  });

  it('as no digest does not hide that other bytes are there', async () => {
    for (const write of writes) {
      const store = await stores.open({
        treatments: treatAll('ignores'),
        spell: () => '"0x8DC123456789"',
        bodies: 'damaged',
      });
      const writing = writeOurs(store, write, 'one', { kind: 'absent' });
      await assert.rejects(writing, { code: 'not-verified' });
      assert.ok(sentTo(store, write, 'one').length <= 2);
    }
  });
});
