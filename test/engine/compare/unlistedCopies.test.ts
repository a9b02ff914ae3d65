import assert from 'node:assert/strict';
import { unlistedCopies } from '../../../src/engine/compare/unlistedCopies';
import { Failure } from '../../../src/engine/failures/failure';
import type { FilePath } from '../../../src/protocol/folders';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';

describe('unlistedCopies', () => {
  let bucket: MemoryBucket;
  beforeEach(() => {
    bucket = memoryBucket();
  });

  async function ask(names: readonly string[], signal = new AbortController().signal) {
    const { found, unknown } = await unlistedCopies(names as readonly FilePath[], {
      bucket,
      prefix: 'w/',
      signal,
    });
    return {
      found: [...found.keys()].toSorted(),
      unknown: Object.fromEntries([...unknown].map(([path, { code }]) => [path, code])),
      subjects: Object.fromEntries([...unknown].map(([path, { subject }]) => [path, subject])),
    };
  }

  function names(count: number): readonly string[] {
    return Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'));
  }

  function failAll(count: number, failure: (index: number) => Failure): void {
    for (let index = 0; index < count; index++) bucket.failNext('head', failure(index));
  }

  it('finds what no list shows, and nothing where there is nothing', async () => {
    bucket.place('w/hidden', 'h');
    bucket.hide('w/hidden');
    const { found, unknown } = await ask(['gone', 'hidden']);
    assert.deepEqual([found, unknown], [['hidden'], {}]);
  });

  it('goes on after a failure, of which it knows the path alone', async () => {
    bucket.place('w/b', 'b');
    bucket.failNext('head', new Failure('access-denied', 'w/a'));
    const { found, unknown } = await ask(['a', 'b', 'c']);
    assert.deepEqual([found, unknown], [['b'], { a: 'access-denied' }]);
  });

  it('asks for a hundred at the most', async () => {
    const { unknown } = await ask(names(150));
    assert.equal(bucket.calls.length, 100);
    assert.deepEqual(unknown, {});
  });

  it('ends soon where the store answers nothing, and knows nothing of all of them', async () => {
    failAll(150, () => new Failure('unreachable', 'store.example'));
    const { found, unknown, subjects } = await ask(names(150));
    assert.ok(bucket.calls.length < 20, `asked ${String(bucket.calls.length)} times`);
    assert.deepEqual(found, []);
    assert.deepEqual(Object.keys(unknown).toSorted(), names(150));
    assert.deepEqual(new Set(Object.values(subjects)), new Set(['store.example']));
  });

  it('blames none for the name of another', async () => {
    failAll(150, index => new Failure('access-denied', `w/${names(150)[index] ?? ''}`));
    const { subjects } = await ask(names(150));
    assert.deepEqual(subjects, Object.fromEntries(names(150).map(name => [name, `w/${name}`])));
  });

  it('is cancelled', async () => {
    const cancel = new AbortController();
    cancel.abort();
    await assert.rejects(ask(['a'], cancel.signal), { code: 'cancelled' });
  });
});
