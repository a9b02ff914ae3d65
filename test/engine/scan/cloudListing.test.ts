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
  for await (const page of listCloud({ bucket, prefix, start: start as FilePath, signal })) {
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
      for await (const page of listCloud({ bucket, prefix: 'p/', start: '' as FilePath, signal })) {
        pages.push(page.length);
      }
    };
    await assert.rejects(list(), { code: 'unreachable' });
    assert.deepEqual(pages, [1_000]);
  });
});
