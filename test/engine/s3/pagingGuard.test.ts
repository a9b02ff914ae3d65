import assert from 'node:assert/strict';

import { PagingGuard } from '../../../src/engine/s3/pagingGuard';
import { memoryInUse } from '../../support/memory/memoryInUse';

describe('pagingGuard', () => {
  for (const [order, nameOf] of [
    ['in order', (index: number) => `a key that grows ${String(index).padStart(6, '0')}`],
    ['in no order', (index: number) => `a key that shrinks ${String(999_999 - index)}`],
  ] as const) {
    it(`keeps none of the pages that it has followed, of a list ${order}`, () => {
      const guard = new PagingGuard('http://store');
      const before = memoryInUse();
      for (let index = 0; index < pages; index++) {
        const { token, key } = cutOut(nameOf(index), index);
        assert.equal(guard.follow(token, [key]), token);
      }
      const kept = memoryInUse() - before;
      assert.ok(kept < (pages * pageBytes) / 10, `${String(kept)} bytes`);
      // It is in use until here.
      assert.throws(() => guard.follow(tokenOf(0), ['a key that was not there']));
    });
  }
});

const pages = 100;
const pageBytes = 200_000;

/** A token and a key, as they are cut out of a page that a store has sent. */
function cutOut(name: string, index: number): { readonly token: string; readonly key: string } {
  const text = `${tokenOf(index)}\n${name}\n${'-'.repeat(pageBytes)}`;
  const [token = '', key = ''] = Buffer.from(text).toString().split('\n');
  return { token, key };
}

function tokenOf(index: number): string {
  return `the token of page ${String(index)}`;
}
