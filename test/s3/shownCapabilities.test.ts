import assert from 'node:assert/strict';

import { openStores, seen, writeOurs } from '../support/servers/conditionalWrites';
import { sendError, treatAll, type ConditionStore } from '../support/servers/conditionStore';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('What a store’s answers show of it', function () {
  this.timeout(120_000);
  const honours = treatAll('honours');
  const signal = () => AbortSignal.timeout(9_000);

  function stateOf(store: ConditionStore, name: string): string | undefined {
    return store.known().find(each => each.name === name)?.state;
  }

  async function create(store: ConditionStore, key: string): Promise<void> {
    await writeOurs(store, 'put', key, seen(store, 'absent', key));
  }

  it('is whether an ETag is the digest of the bytes', async () => {
    const digests = await stores.open({ treatments: honours });
    assert.equal(stateOf(digests, 'digest-etags'), 'unknown');
    await create(digests, 'one');
    assert.equal(stateOf(digests, 'digest-etags'), 'supported');
    const others = await stores.open({ treatments: honours, spell: digest => `"x${digest}"` });
    await create(others, 'one');
    assert.equal(stateOf(others, 'digest-etags'), 'unsupported');
  });

  it('is whether lists are encoded as was asked for', async () => {
    const store = await stores.open({ treatments: honours });
    const list = async () => {
      const pages = store.bucket.list({ prefix: '', signal: signal() });
      await pages[Symbol.asyncIterator]().next();
    };
    await list();
    // An empty list needs no encoding, and not every store names it there.
    assert.equal(stateOf(store, 'encoded-lists'), 'unknown');
    store.place('one', 'one');
    await list();
    assert.equal(stateOf(store, 'encoded-lists'), 'unsupported');
    store.intercept = (request, answer) => {
      if (request.kind !== 'other') return undefined;
      answer.end(
        '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType><Contents><Key>o</Key></Contents></ListBucketResult>',
      );
      return 'taken';
    };
    await list();
    assert.equal(stateOf(store, 'encoded-lists'), 'supported');
  });

  it('is whether it takes uploads in parts, and tells the parts', async () => {
    const store = await stores.open({ treatments: honours });
    await writeOurs(store, 'completion', 'one', { kind: 'absent' });
    assert.equal(stateOf(store, 'uploads-in-parts'), 'supported');
    store.intercept = (request, answer) => {
      if (request.kind !== 'get' && request.kind !== 'begin') return undefined;
      sendError(answer, 501, 'NotImplemented');
      return 'taken';
    };
    const upload = { key: 'one', uploadId: 'u', checksum: 'none' } as const;
    const parts = store.bucket.listParts(upload, signal());
    await assert.rejects(parts[Symbol.asyncIterator]().next(), { code: 'not-implemented' });
    assert.equal(stateOf(store, 'lists-parts'), 'unsupported');
    await assert.rejects(writeOurs(store, 'completion', 'two', { kind: 'absent' }), {
      code: 'not-implemented',
    });
    assert.equal(stateOf(store, 'uploads-in-parts'), 'unsupported');
    store.intercept = (request, answer) => {
      if (request.kind !== 'get') return undefined;
      answer.end('<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>');
      return 'taken';
    };
    await store.bucket.listParts(upload, signal())[Symbol.asyncIterator]().next();
    assert.equal(stateOf(store, 'lists-parts'), 'supported');
  });

  it('is whether it refuses names', async () => {
    const store = await stores.open({ treatments: honours });
    await create(store, 'plain');
    assert.equal(stateOf(store, 'all-names'), 'unknown');
    store.intercept = (request, answer) => {
      if (request.kind !== 'put') return undefined;
      sendError(answer, 400, 'InvalidObjectName');
      return 'taken';
    };
    await assert.rejects(create(store, 'a\\b'), { code: 'name-refused' });
    assert.equal(stateOf(store, 'all-names'), 'unsupported');
  });
});
