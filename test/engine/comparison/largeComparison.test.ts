import assert from 'node:assert/strict';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { compareFolder } from '../../../src/engine/compare/compare';
import { Comparison } from '../../../src/engine/comparison/comparison';
import { TimeSlice } from '../../../src/engine/concurrency/timeSlice';
import type { Bucket, ListedObject } from '../../../src/engine/ports/bucket';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { rootPath, type FilePath } from '../../../src/protocol/folders';
import { heapInUse } from '../../support/memory/heapInUse';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { noReceipts } from '../../support/memory/recordsInMemory';
import { targetOf } from '../../support/memory/targetOf';

describe('A large comparison', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('large');
  });
  afterEach(() => folder.remove());

  it('takes about 310 bytes for each copy, and shows them by pages', async () => {
    const before = heapInUse();
    const comparison = await comparedWith(bucketOfMany());
    const each = (heapInUse() - before) / count;
    assert.ok(each < 340, `${each.toFixed(0)} bytes`);
    assert.equal(comparison.totals().groups['only-in-cloud'].files, count);
    const page = comparison.children(
      { group: 'only-in-cloud', path: rootPath },
      'list',
      count - 10,
      100,
    );
    assert.deepEqual([page.rows.length, page.total], [10, count]);
  });

  async function comparedWith(bucket: Bucket): Promise<Comparison> {
    const comparison = new Comparison(targetOf({ bucket: 'b', prefix: 'w/' }));
    const { signal } = new AbortController();
    const { findings } = await compareFolder({
      root: folder.path,
      bucket,
      prefix: 'w/',
      starts: ['' as FilePath],
      exclude: new ExcludeRules([]),
      rule: 'smart',
      receipts: noReceipts(),
      signal,
    });
    await comparison.placeAll(findings, new TimeSlice(signal));
    return comparison;
  }
});

const count = 100_000;

/** A bucket whose lists are cut out of long texts, as those of a store are. */
function bucketOfMany(): Bucket {
  async function* list(): AsyncGenerator<readonly ListedObject[]> {
    for (let start = 0; start < count; start += 1000) {
      const keys = Array.from({ length: 1000 }, (_, index) => keyOf(start + index));
      const text = Buffer.from(keys.join('\n')).toString();
      yield text.split('\n').map(line => {
        const [key = '', etag = ''] = line.split(' ');
        return { key, etag, size: 4096, modifiedAtMs: start, storageClass: 'STANDARD' };
      });
      await Promise.resolve();
    }
  }
  return { ...memoryBucket(), list };
}

function keyOf(index: number): string {
  const name = String(index).padStart(6, '0');
  return `w/d${String(Math.floor(index / 100)).padStart(4, '0')}/${name}.bin ${name.repeat(6)} ${'-'.repeat(200)}`;
}
