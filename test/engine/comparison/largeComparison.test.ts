import assert from 'node:assert/strict';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { compareFolder } from '../../../src/engine/compare/compare';
import { Comparison } from '../../../src/engine/comparison/comparison';
import { TimeSlice } from '../../../src/engine/concurrency/timeSlice';
import type { Bucket, ListedObject } from '../../../src/engine/ports/bucket';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { rootPath, type FilePath } from '../../../src/protocol/folders';
import { memoryInUse } from '../../support/memory/memoryInUse';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { noReceipts } from '../../support/memory/recordsInMemory';
import { targetOf } from '../../support/memory/targetOf';

describe('A large comparison', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('large');
  });
  afterEach(() => folder.remove());

  it('takes less than 100 bytes for each of a million copies, and shows their folder by pages', async () => {
    const before = memoryInUse();
    const comparison = await comparedWith(1_000_000, () => 'flat/');
    const each = (memoryInUse() - before) / 1_000_000;
    assert.ok(each < 100, `${each.toFixed(0)} bytes`);
    const { groups, found } = comparison.totals();
    assert.deepEqual(groups['only-in-cloud'], { files: 1_000_000, bytes: 4_096_000_000 });
    assert.equal(found, 1_000_000);
    assertFlatPages(comparison, 1_000_000);
  });

  it('shows a folder of a hundred thousand children by pages', async () => {
    const comparison = await comparedWith(100_000, () => 'flat/');
    assertFlatPages(comparison, 100_000);
  });

  it('takes less than 150 bytes for each copy where a folder has a hundred, and lists all by pages', async () => {
    const before = memoryInUse();
    const comparison = await comparedWith(100_000, folderOfHundred);
    const each = (memoryInUse() - before) / 100_000;
    assert.ok(each < 150, `${each.toFixed(0)} bytes`);
    const page = pageOf(comparison, rootPath, 'list', 99_990);
    assert.deepEqual([page.total, page.paths.length], [100_000, 10]);
    assert.equal(page.paths.at(-1), 'd0999/0099999.bin');
  });

  async function comparedWith(
    count: number,
    folderOf: (index: number) => string,
  ): Promise<Comparison> {
    const { signal } = new AbortController();
    const { findings } = await compareFolder({
      root: folder.path,
      bucket: bucketOfMany(count, folderOf),
      prefix: 'w/',
      starts: ['' as FilePath],
      exclude: new ExcludeRules([]),
      rule: 'smart',
      receipts: noReceipts(),
      signal,
    });
    const comparison = new Comparison(targetOf({ bucket: 'b', prefix: 'w/' }), findings.cloud);
    await comparison.placeAll(findings, new TimeSlice(signal));
    return comparison;
  }
});

/** The first and the last page of `flat`. */
function assertFlatPages(comparison: Comparison, count: number): void {
  const first = pageOf(comparison, 'flat', 'tree', 0);
  assert.deepEqual([first.total, first.paths.length], [count, 200]);
  assert.equal(first.paths[0], `flat/${nameOf(0)}`);
  const last = pageOf(comparison, 'flat', 'tree', count - 1);
  assert.deepEqual(last.paths, [`flat/${nameOf(count - 1)}`]);
}

function pageOf(
  comparison: Comparison,
  path: string,
  layout: 'tree' | 'list',
  offset: number,
): { readonly paths: readonly string[]; readonly total: number } {
  const node = { group: 'only-in-cloud', path: path as FilePath } as const;
  const { rows, total } = comparison.children(node, layout, offset, 200);
  return { paths: rows.map(row => row.path), total };
}

/** A bucket whose lists are cut out of long texts, as those of a store are. */
function bucketOfMany(count: number, folderOf: (index: number) => string): Bucket {
  async function* list(): AsyncGenerator<readonly ListedObject[]> {
    for (let start = 0; start < count; start += 1000) {
      const lines = Array.from({ length: 1000 }, (_, index) => {
        const name = nameOf(start + index);
        return `w/${folderOf(start + index)}${name} ${etagOf(start + index)} ${'-'.repeat(200)}`;
      });
      const text = Buffer.from(lines.join('\n')).toString();
      yield text.split('\n').map(line => {
        const [key = '', etag = ''] = line.split(' ');
        return { key, etag, size: 4096, modifiedAtMs: start, storageClass: 'STANDARD' };
      });
      await Promise.resolve();
    }
  }
  return { ...memoryBucket(), list };
}

function nameOf(index: number): string {
  return `${String(index).padStart(7, '0')}.bin`;
}

function folderOfHundred(index: number): string {
  return `d${String(Math.floor(index / 100)).padStart(4, '0')}/`;
}

function etagOf(index: number): string {
  return index.toString(16).padStart(32, '0');
}
