import assert from 'node:assert/strict';

import { listCloud, type CloudEntry } from '../../../src/engine/scan/cloudListing';
import { Failure } from '../../../src/engine/failures/failure';
import type { FilePath } from '../../../src/protocol/folders';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';

function bucketWith(keys: readonly string[]): MemoryBucket {
  const bucket = memoryBucket();
  for (const key of keys) bucket.place(key, key);
  return bucket;
}

async function listed(bucket: MemoryBucket, prefix: string, start = ''): Promise<CloudEntry[]> {
  const entries: CloudEntry[] = [];
  const signal = new AbortController().signal;
  for await (const page of listCloud({ bucket, prefix, starts: [start as FilePath], signal })) {
    entries.push(...page);
  }
  return entries;
}

async function pathsListed(bucket: MemoryBucket, prefix: string, start = ''): Promise<string[]> {
  const entries = await listed(bucket, prefix, start);
  return entries
    .map(entry => (entry.kind === 'file' ? entry.file.path : `key ${entry.key}: ${entry.fault}`))
    .sort();
}

describe('cloudListing', () => {
  it('lists what is under the prefix, by path', async () => {
    const bucket = bucketWith(['proj/a', 'proj/sub/b', 'proj-old/c', 'proj', 'pro', 'q']);
    assert.deepEqual(await pathsListed(bucket, 'proj/'), ['a', 'sub/b']);
    assert.deepEqual(bucket.calls, [{ operation: 'list', key: 'proj/' }]);
  });

  it('lists the whole bucket under an empty prefix', async () => {
    assert.deepEqual(await pathsListed(bucketWith(['a', 'b/c']), ''), ['a', 'b/c']);
  });

  it('lists a folder without its neighbours whose names begin alike', async () => {
    const keys = ['p/src/a', 'p/src/b/c', 'p/src-old/a', 'p/src.txt', 'p/srca', 'p/src'];
    assert.deepEqual(await pathsListed(bucketWith(keys), 'p/', 'src'), ['src', 'src/a', 'src/b/c']);
  });

  it('lists a single file', async () => {
    const bucket = bucketWith(['p/d/a.txt', 'p/d/a.txt.bak', 'p/d/b']);
    assert.deepEqual(await pathsListed(bucket, 'p/', 'd/a.txt'), ['d/a.txt']);
    assert.deepEqual(await pathsListed(bucket, 'p/', 'd/gone'), []);
  });

  it('asks for no more than it must where many names begin alike', async () => {
    const many = Array.from({ length: 5_000 }, (_, n) => `p/data-2020/${String(n)}`);
    const bucket = bucketWith([...many, 'p/data', 'p/data/a', 'p/data/b', 'p/data0', 'p/datb']);
    assert.deepEqual(await pathsListed(bucket, 'p/', 'data'), ['data', 'data/a', 'data/b']);
    assert.deepEqual(
      bucket.calls.map(({ key }) => key),
      ['p/data', 'p/data', 'p/data/'],
    );
    const below = Array.from({ length: 2_500 }, (_, n) => `p/b/${String(n)}`);
    const after = Array.from({ length: 5_000 }, (_, n) => `p/b1/${String(n)}`);
    const other = bucketWith([...below, ...after, 'p/b']);
    assert.equal((await pathsListed(other, 'p/', 'b')).length, 2_501);
    assert.equal(other.calls.length, 3);
  });

  it('lists all of them where they are in no order', async () => {
    const bucket = bucketWith([
      'p/d/z',
      ...Array.from({ length: 3_000 }, (_, n) => `p/d-${String(n)}`),
    ]);
    const list = bucket.list.bind(bucket);
    bucket.list = async function* (request) {
      for await (const page of list(request)) yield page.toReversed();
    };
    assert.deepEqual(await pathsListed(bucket, 'p/', 'd'), ['d/z']);
  });

  it('lists many places by one list of what begins as they all do', async () => {
    const keys = Array.from({ length: 300 }, (_, n) => `p/d/f\u{1f600}${String(n)}/x`);
    const bucket = bucketWith([...keys, 'p/d/f\u{1f601}', 'p/d/e', 'q']);
    const starts = keys.slice(0, 100).map(key => key.slice(2, -2) as FilePath);
    const found: CloudEntry[] = [];
    const signal = new AbortController().signal;
    for await (const page of listCloud({ bucket, prefix: 'p/', starts, signal })) {
      found.push(...page);
    }
    assert.equal(found.length, 100);
    assert.deepEqual(bucket.calls, [{ operation: 'list', key: 'p/d/f\u{1f600}' }]);
    bucket.place('p/d/f\u{1f601}/x', 'x');
    const others = [...starts, 'd/f\u{1f601}' as FilePath];
    for await (const page of listCloud({ bucket, prefix: 'p/', starts: others, signal })) {
      found.push(...page);
    }
    assert.equal(bucket.calls.at(-1)?.key, 'p/d/f');
    assert.equal(found.length, 100 + 102);
  });

  it('sets keys aside that no file can have', async () => {
    const keys = ['p/', 'p/a/', 'p//b', 'p/c/../d', 'p/./e', 'p/f', 'p/.../g'];
    assert.deepEqual(await pathsListed(bucketWith(keys), 'p/'), [
      '.../g',
      'f',
      'key p/./e: dot-segment',
      'key p//b: empty-segment',
      'key p/: folder-marker',
      'key p/a/: folder-marker',
      'key p/c/../d: dot-segment',
    ]);
  });

  it('keeps what the listing says of an object', async () => {
    const bucket = memoryBucket();
    bucket.place('p/a', 'four', { etag: 'e-2', modifiedAtMs: 5_000, storageClass: 'GLACIER' });
    assert.deepEqual(await listed(bucket, 'p/'), [
      {
        kind: 'file',
        file: { path: 'a', size: 4, etag: 'e-2', modifiedAtMs: 5_000, storageClass: 'GLACIER' },
      },
    ]);
  });

  it('lists more than one page, each object once', async () => {
    const names = Array.from({ length: 2_500 }, (_, index) => `f${String(index)}`);
    const bucket = bucketWith(names.map(name => `p/${name}`));
    assert.deepEqual(await pathsListed(bucket, 'p/'), [...names].sort());
    assert.equal(bucket.calls.length, 3);
  });

  it('gives the pages before the one that fails, and then the failure', async () => {
    const bucket = bucketWith(Array.from({ length: 1_500 }, (_, index) => `p/f${String(index)}`));
    bucket.failNext('list', new Failure('unreachable', 'endpoint'), { after: 1 });
    const pages: number[] = [];
    const signal = new AbortController().signal;
    const list = async () => {
      for await (const page of listCloud({
        bucket,
        prefix: 'p/',
        starts: ['' as FilePath],
        signal,
      })) {
        pages.push(page.length);
      }
    };
    await assert.rejects(list(), { code: 'unreachable' });
    assert.deepEqual(pages, [1_000]);
  });
});
