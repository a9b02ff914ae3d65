import assert from 'node:assert/strict';
import { Failure } from '../../../src/engine/failures/failure';
import { cloudCopy, cloudVersions, readCloudCopy } from '../../../src/engine/store/cloudCopies';
import type { CloudCopyRequest } from '../../../src/protocol/cloudCopies';
import type { FilePath } from '../../../src/protocol/folders';
import { memoryBucket } from '../../support/memory/memoryBucket';

const { signal } = new AbortController();

function copyOf(path: string): CloudCopyRequest {
  const folder = { id: 'file:///p', folderId: 'id', name: 'p', root: '/p', settings: {} };
  return { setup: { ...folder, bucket: 'memory', prefix: 'p/' }, path: path as FilePath };
}

function upTo(limit: number, path: string): Parameters<typeof readCloudCopy>[1] {
  return { ...copyOf(path), limit };
}

function failsWith(code: Failure['code']): (error: unknown) => boolean {
  return error => error instanceof Failure && error.code === code;
}

describe('readCloudCopy', () => {
  it('gives the bytes of a copy, and of one with none', async () => {
    const bucket = memoryBucket();
    const body = Buffer.from([0, 1, 2, 255]);
    bucket.place('p/a.bin', body);
    bucket.place('p/empty', '');
    const { copy, bytes } = await readCloudCopy(bucket, upTo(100, 'a.bin'), signal);
    assert.deepEqual(Buffer.from(bytes), body);
    assert.deepEqual(copy, await cloudCopy(bucket, copyOf('a.bin'), signal));
    assert.equal((await readCloudCopy(bucket, upTo(0, 'empty'), signal)).bytes.byteLength, 0);
  });

  it('has its bytes in memory that can be handed over', async () => {
    const bucket = memoryBucket();
    bucket.place('p/a', 'content');
    const { bytes } = await readCloudCopy(bucket, upTo(100, 'a'), signal);
    const moved = structuredClone(bytes, { transfer: [bytes.buffer] });
    assert.equal(Buffer.from(moved).toString(), 'content');
    assert.equal(bytes.byteLength, 0);
  });

  it('reads up to the limit and nothing above it', async () => {
    const bucket = memoryBucket();
    bucket.place('p/a', 'four');
    await readCloudCopy(bucket, upTo(4, 'a'), signal);
    const reading = readCloudCopy(bucket, upTo(3, 'a'), signal);
    await assert.rejects(reading, failsWith('too-large-to-open'));
  });

  it('says where there is no copy, or none that can be read yet', async () => {
    const bucket = memoryBucket();
    bucket.place('p/cold', 'ice', { archive: { kind: 'archived' } });
    for (const [path, code] of [
      ['a', 'no-such-key'],
      ['cold', 'archived'],
    ] as const) {
      await assert.rejects(cloudCopy(bucket, copyOf(path), signal), failsWith(code));
      await assert.rejects(readCloudCopy(bucket, upTo(100, path), signal), failsWith(code));
    }
  });
});

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

  it('finds the copy as it is now where no list shows it', async () => {
    const bucket = memoryBucket({ versioning: 'enabled' });
    bucket.place('p/a', 'hidden');
    bucket.hide('p/a');
    const { versions } = await cloudVersions(bucket, file('a'), signal);
    assert.deepEqual(
      versions.map(({ kind, size, isLatest }) => ({ kind, size, isLatest })),
      [{ kind: 'version', size: 6, isLatest: true }],
    );
    const versionId = versions[0]?.versionId ?? '';
    const { copy } = await readCloudCopy(bucket, { ...upTo(100, 'a'), versionId }, signal);
    assert.equal(copy.size, 6);
  });

  it('does not say that there is none where the store does not answer', async () => {
    const bucket = memoryBucket({ versioning: 'enabled' });
    assert.deepEqual((await cloudVersions(bucket, file('a'), signal)).versions, []);
    bucket.failNext('head', new Failure('access-denied', 'p/a'));
    await assert.rejects(cloudVersions(bucket, file('a'), signal), failsWith('access-denied'));
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
