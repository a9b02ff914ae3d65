import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';

import { encodedKey, queryString, Signer } from '../../../src/engine/s3/signature';
import { assertProperty } from '../../support/suite/assertProperty';

describe('Signer', () => {
  it('signs as the SDK does', async () => {
    const name = fc.stringMatching(/^x-amz-[a-z]{1,8}$/);
    const value = fc.string({ unit: fc.constantFrom('a', 'Z', ' ', '"', '=', 'é', '\t') });
    const request = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST'),
      key: fc.string({ unit: 'grapheme', minLength: 1 }),
      query: fc.dictionary(fc.stringMatching(/^[a-zA-Z-]{1,9}$/), fc.string({ unit: 'grapheme' })),
      headers: fc.dictionary(name, value),
      session: fc.constantFrom({}, { sessionToken: 'IQoJ+b3/J==' }),
      region: fc.constantFrom('us-east-1', 'auto'),
      time: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    });
    await assertProperty(
      fc.asyncProperty(request, async ({ method, key, query, headers, region, time, session }) => {
        const identity = { accessKeyId: 'id', secretAccessKey: 'secret', ...session };
        const path = `/b/${encodedKey(key)}`;
        const all = { host: 'store:9000', ...headers };
        const theirs = await new SignatureV4({
          credentials: identity,
          region,
          service: 's3',
          sha256: NodeHash,
          uriEscapePath: false,
        }).sign(
          {
            method,
            path,
            query,
            headers: { ...all, 'x-amz-content-sha256': 'abc' },
            protocol: 'http:',
            hostname: 'store',
          },
          { signingDate: time },
        );
        const signer = new Signer({ region, name: 's3' });
        const unsigned = { method, path, query, headers: all, sha256: 'abc' };
        assert.deepEqual(signer.sign(unsigned, identity, time), theirs.headers);
      }),
    );
  });

  it('goes on with other credentials, and on another day', () => {
    const unsigned = { method: 'GET', path: '/b/', query: {}, headers: {}, sha256: 'abc' } as const;
    const kept = new Signer({ region: 'us-east-1', name: 's3' });
    for (const secretAccessKey of ['one', 'other', 'one']) {
      for (const time of [new Date(0), new Date(1e12), new Date(0)]) {
        const identity = { accessKeyId: 'id', secretAccessKey };
        const fresh = new Signer({ region: 'us-east-1', name: 's3' });
        assert.deepEqual(kept.sign(unsigned, identity, time), fresh.sign(unsigned, identity, time));
      }
    }
  });
});

describe('A query and a key on the request line', () => {
  it('are read again as they were', () => {
    const text = fc.string({ unit: 'grapheme' });
    assertProperty(
      fc.property(fc.dictionary(text, text), text, (query, key) => {
        const search = new URLSearchParams(queryString(query).replaceAll('+', 'no plus'));
        assert.deepEqual(new Map(search), new Map(Object.entries(query)));
        assert.equal(decodeURIComponent(encodedKey(key)), key);
        assert.match(encodedKey(key), /^[\w.~%/-]*$/);
      }),
    );
  });
});

/** Node's hashes, as the SDK's signer takes them. */
class NodeHash {
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = createHash('sha256');
  }
}
