import assert from 'node:assert/strict';

import type { Bucket, ListedObject } from '../../../src/engine/ports/bucket';
import { newPrefix, patience, put, listAll } from './calls';
import type { Harness } from './harness';

/** Lists are whole. */
export function describeLists({ bucket, itWhere }: Harness): void {
  describe('folders', () => {
    it('are what stands before the next slash, each once', async () => {
      const prefix = newPrefix();
      for (const name of ['a', 'one/b', 'one/c/d', 'two +%20 & ü/e', 'one.txt']) {
        await put(bucket(), prefix + name, Buffer.from(name));
      }
      const { signal } = new AbortController();
      const found = await bucket().folders({ prefix, signal });
      assert.deepEqual([...found].sort(), [`${prefix}one/`, `${prefix}two +%20 & ü/`]);
      assert.deepEqual(await bucket().folders({ prefix: `${prefix}one/`, signal }), [
        `${prefix}one/c/`,
      ]);
    });
  });

  describe('list', () => {
    it('is empty where nothing begins with the prefix', async () => {
      assert.deepEqual(await listAll(bucket(), newPrefix()), []);
    });

    it('holds what begins with the prefix, and nothing else', async () => {
      const prefix = newPrefix();
      for (const name of ['in/a', 'in/b/c', 'inner', 'out']) {
        await put(bucket(), prefix + name, Buffer.from(name));
      }
      const keys = async (start: string): Promise<string[]> =>
        (await listAll(bucket(), prefix + start)).map(({ key }) => key.slice(prefix.length)).sort();
      assert.deepEqual(await keys('in/'), ['in/a', 'in/b/c']);
      assert.deepEqual(await keys('in'), ['in/a', 'in/b/c', 'inner']);
    });

    it('takes a prefix as it is, with spaces and signs', async () => {
      const prefix = `${newPrefix()}my +%20 & ü folder/`;
      await put(bucket(), `${prefix}a`, Buffer.from('a'));
      const [listed] = await listAll(bucket(), prefix);
      assert.equal(listed?.key, `${prefix}a`);
    });

    for (const count of [6, 7]) {
      it(`gives each of ${String(count)} objects once in pages of 3`, async () => {
        const prefix = newPrefix();
        const keys = Array.from({ length: count }, (_, index) => `${prefix}file ${String(index)}`);
        for (const key of keys) await put(bucket(), key, Buffer.from(key));
        const pages = await listPages(bucket(), prefix, 3);
        assert.ok(pages.every(page => page.length <= 3));
        assert.deepEqual(
          pages.flat().map(({ key }) => key),
          keys,
        );
      });
    }

    itWhere('mixedCasePaging', 'loses none whose names sort differently elsewhere', async () => {
      const prefix = newPrefix();
      const names = ['B', 'a', 'C', 'b', 'a.txt', 'a0', 'Z/z', 'z', '\uff5e', '😀', 'é', '_', '-'];
      for (const name of names) await put(bucket(), prefix + name, Buffer.from(name));
      for (const pageSize of [1, 2, 5]) {
        const keys = (await listPages(bucket(), prefix, pageSize)).flat().map(({ key }) => key);
        assert.deepEqual(keys.sort(), names.map(name => prefix + name).sort());
      }
    });

    it('goes past the page size of the store', async () => {
      const prefix = newPrefix();
      const keys = Array.from(
        { length: 1_005 },
        (_, index) => `${prefix}${String(index % 3)}/${String(index).padStart(4, '0')}`,
      );
      await inParallel(16, keys, key => put(bucket(), key, Buffer.from('x')));
      const pages = await listPages(bucket(), prefix);
      assert.ok(pages.length > 1);
      assert.deepEqual(
        pages.flat().map(({ key }) => key),
        keys.sort(),
      );
    });

    it('begins after a key, whether there is an object of it or not', async () => {
      const prefix = newPrefix();
      const names = ['a/1', 'a/2', 'b +%20 & ü', 'c/1', 'c/2', 'd'];
      for (const name of names) await put(bucket(), prefix + name, Buffer.from(name));
      const after = async (name: string, pageSize: number) => {
        const keys: string[] = [];
        const request = { prefix, after: prefix + name, pageSize, signal: patience() };
        for await (const page of bucket().list(request)) keys.push(...page.map(({ key }) => key));
        return keys.map(key => key.slice(prefix.length));
      };
      for (const pageSize of [1, 2, 10]) {
        assert.deepEqual(await after('a/1', pageSize), names.slice(1));
        assert.deepEqual(await after('a/', pageSize), names);
        assert.deepEqual(await after('b', pageSize), names.slice(2));
        assert.deepEqual(await after('b +%20 & ü', pageSize), names.slice(3));
        assert.deepEqual(await after('c/11', pageSize), names.slice(4));
        assert.deepEqual(await after('e', pageSize), []);
      }
    });

    it('can be left before its end', async () => {
      const prefix = newPrefix();
      for (const name of ['a', 'b', 'c']) await put(bucket(), prefix + name, Buffer.from(name));
      for await (const page of bucket().list({ prefix, pageSize: 1, signal: patience() })) {
        assert.equal(page[0]?.key, `${prefix}a`);
        break;
      }
      assert.equal((await listAll(bucket(), prefix)).length, 3);
    });
  });
}

async function inParallel<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

async function listPages(
  bucket: Bucket,
  prefix: string,
  pageSize?: number,
): Promise<(readonly ListedObject[])[]> {
  const pages: (readonly ListedObject[])[] = [];
  const size = pageSize === undefined ? {} : { pageSize };
  for await (const page of bucket.list({ prefix, ...size, signal: patience() })) {
    if (page.length > 0) pages.push(page);
  }
  return pages;
}
