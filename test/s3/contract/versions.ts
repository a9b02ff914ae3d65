import assert from 'node:assert/strict';

import type { Bucket, ObjectVersion, StoredObject } from '../../../src/engine/ports/bucket';
import { newKey, patience, unchanged, put, collect, listVersions, absent } from './calls';
import type { Harness } from './harness';

/** What was replaced. */
export function describeVersions({ opened, itWhere }: Harness): void {
  const versioned = (): Bucket => {
    const { versionedBucket } = opened();
    assert.ok(versionedBucket);
    return versionedBucket;
  };

  describe('versions', () => {
    itWhere('versions', 'are kept when an object is replaced, newest first', async () => {
      const key = newKey();
      const stored = await putVersions(versioned(), key, 3);
      await put(versioned(), `${key}-2`, Buffer.from('another'));
      assertNewestFirst(await listVersions(versioned(), key), stored);
    });

    itWhere(['versions', 'fileBesideFolder'], 'are told from those of files below', async () => {
      const key = newKey();
      const stored = await putVersions(versioned(), key, 3);
      await put(versioned(), `${key}/below`, Buffer.from('another'));
      assertNewestFirst(await listVersions(versioned(), key), stored);
    });

    function assertNewestFirst(
      versions: readonly ObjectVersion[],
      stored: readonly StoredObject[],
    ): void {
      assert.deepEqual(
        versions.map(({ kind, versionId, etag, size, isLatest }) => ({
          kind,
          versionId,
          etag,
          size,
          isLatest,
        })),
        [...stored].reverse().map(({ versionId, etag }, index) => ({
          kind: 'version',
          versionId,
          etag,
          size: 9,
          isLatest: index === 0,
        })),
      );
    }

    for (const [capabilities, among, others] of [
      [['versions', 'shortPagesOfVersions'], '', []],
      [
        ['pagesOfVersions', 'shortPagesOfVersions', 'fileBesideFolder'],
        ', among those of longer names',
        ['-2', '/below'],
      ],
    ] as const) {
      itWhere(capabilities, `come in pages, each once${among}`, async () => {
        const key = newKey();
        const stored = await putVersions(versioned(), key, 5);
        for (const other of others) await putVersions(versioned(), key + other, 2);
        for (const pageSize of [1, 2, 5]) {
          const versions = await listVersions(versioned(), key, pageSize);
          assert.deepEqual(
            versions.map(({ versionId }) => versionId),
            stored.map(({ versionId }) => versionId).reverse(),
          );
        }
      });
    }

    itWhere('versions', 'are read, whole and in part, as they were', async () => {
      const key = newKey();
      const stored = await putVersions(versioned(), key, 2);
      for (const [index, { versionId, etag }] of stored.entries()) {
        const head = await versioned().head({ key, versionId, signal: patience() });
        assert.equal(head?.etag, etag);
        assert.equal(head.versionId, versionId);
        const request = { key, versionId, signal: patience() };
        const { body } = await versioned().get(request);
        assert.equal((await collect(body)).toString(), `version ${String(index)}`);
        const part = await versioned().get({ ...request, range: { start: 8, end: 9 } });
        assert.equal((await collect(part.body)).toString(), String(index));
      }
    });

    itWhere('versions', 'that there are none of are not found', async () => {
      const key = newKey();
      assert.deepEqual(await listVersions(versioned(), key), []);
      const [stored] = await putVersions(versioned(), newKey(), 1);
      const versionId = stored?.versionId;
      assert.ok(versionId !== undefined);
      assert.equal(await versioned().head({ key, versionId, signal: patience() }), undefined);
    });
  });
}

async function putVersions(bucket: Bucket, key: string, count: number): Promise<StoredObject[]> {
  const stored: StoredObject[] = [];
  for (let index = 0; index < count; index++) {
    const last = stored.at(-1);
    const condition = last === undefined ? absent : unchanged(last.etag);
    stored.push(await put(bucket, key, Buffer.from(`version ${String(index)}`), { condition }));
  }
  return stored;
}
