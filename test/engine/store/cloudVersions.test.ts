import assert from 'node:assert/strict';

import { cloudVersions } from '../../../src/engine/store/cloudVersions';
import type { CloudCopyRequest } from '../../../src/protocol/cloudCopies';
import type { FilePath } from '../../../src/protocol/folders';
import { memoryBucket } from '../../support/memory/memoryBucket';

const { signal } = new AbortController();

function file(path: string): CloudCopyRequest {
  const folder = { id: 'file:///p', folderId: 'id', name: 'p', root: '/p', settings: {} };
  return { setup: { ...folder, bucket: 'memory', prefix: 'p/' }, path: path as FilePath };
}

describe('cloudVersions', () => {
  it('gives what was replaced and deleted, newest first, of this very file', async () => {
    const bucket = memoryBucket({ versioning: 'enabled' });
    bucket.place('p/a', 'one');
    bucket.place('p/a/b', 'another');
    bucket.remove('p/a');
    bucket.place('p/a', 'second');
    const { versioning, versions, areAll } = await cloudVersions(bucket, file('a'), signal);
    assert.equal(versioning, 'enabled');
    assert.ok(areAll);
    assert.deepEqual(
      versions.map(({ kind, size, isLatest }) => ({ kind, size, isLatest })),
      [
        { kind: 'version', size: 6, isLatest: true },
        { kind: 'delete-marker', size: 0, isLatest: false },
        { kind: 'version', size: 3, isLatest: false },
      ],
    );
    assert.equal(new Set(versions.map(({ versionId }) => versionId)).size, 3);
  });

  it('says where there are more than anybody looks through', async () => {
    const bucket = memoryBucket({ versioning: 'enabled' });
    for (let version = 0; version < 1001; version++) bucket.place('p/a', String(version));
    const { versions, areAll } = await cloudVersions(bucket, file('a'), signal);
    assert.equal(versions.length, 1000);
    assert.equal(areAll, false);
  });

  it('asks a bucket that keeps none for none', async () => {
    const bucket = memoryBucket({ versioning: 'off' });
    bucket.place('p/a', 'one');
    const kept = await cloudVersions(bucket, file('a'), signal);
    assert.deepEqual(kept, { versioning: 'off', versions: [], areAll: true });
    assert.deepEqual(
      bucket.calls.map(({ operation }) => operation),
      ['versioning'],
    );
  });
});
