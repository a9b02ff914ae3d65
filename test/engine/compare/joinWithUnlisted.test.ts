import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { compareFolder } from '../../../src/engine/compare/compare';
import { Failure } from '../../../src/engine/failures/failure';
import type { FolderReceipts } from '../../../src/engine/records/receiptStore';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import type { FilePath } from '../../../src/protocol/folders';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { noReceipts } from '../../support/memory/recordsInMemory';

describe('joinWithUnlisted', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let receipts: FolderReceipts;
  beforeEach(async () => {
    folder = await temporaryFolder('unlisted');
    root = folder.path;
    bucket = memoryBucket();
    receipts = noReceipts();
  });
  afterEach(() => folder.remove());

  /** Puts files on both sides, and lets a comparison prove that they are the same. */
  async function proved(...names: readonly string[]): Promise<void> {
    await writeTree(root, Object.fromEntries(names.map(name => [name, name])));
    for (const name of names) bucket.place(`w/${name}`, name);
    const words = await compare();
    assert.ok(names.every(name => words[name]?.startsWith('up-to-date')));
  }

  async function compare(rule: 'smart' | 'time' | 'content' = 'content') {
    const { findings } = await compareFolder({
      root,
      bucket,
      prefix: 'w/',
      starts: ['' as FilePath],
      exclude: new ExcludeRules([]),
      rule,
      receipts,
      signal: new AbortController().signal,
    });
    const words = [...findings].map(({ path, verdict }) => [
      path,
      verdict.kind === 'unchecked' ? `unchecked ${verdict.failure.code}` : verdict.kind,
    ]);
    return Object.fromEntries(words) as Record<string, string>;
  }

  function loseHere(...names: readonly string[]): void {
    for (const name of names) rmSync(join(root, name));
  }

  it('calls nothing lost of which the store did not answer, and asks for the others', async () => {
    await proved('a', 'b', 'c');
    loseHere('a', 'b', 'c');
    bucket.hide('w/a');
    bucket.hide('w/b');
    bucket.remove('w/c');
    bucket.failNext('head', new Failure('access-denied', 'w/a'), { key: 'w/a' });
    assert.deepEqual(await compare(), {
      a: 'unchecked access-denied',
      b: 'only-in-cloud',
      c: 'lost',
    });
    assert.equal((await compare())['a'], 'only-in-cloud');
  });

  for (const rule of ['smart', 'time', 'content'] as const) {
    it(`calls no file missing whose copy is there and is not listed, nor up to date: ${rule}`, async () => {
      await proved('a', 'gone');
      bucket.hide('w/a');
      bucket.remove('w/gone');
      const expected = { a: 'unchecked not-listed', gone: 'missing-in-cloud' };
      assert.deepEqual(await compare(rule), expected);
      assert.deepEqual(await compare(rule), expected);
    });
  }

  it('lets a file be sent that was changed since, in the place of its copy', async () => {
    await proved('a');
    bucket.hide('w/a');
    await writeTree(root, { a: 'b' });
    assert.deepEqual(await compare(), { a: 'out-of-date' });
  });

  it('leaves missing what has another copy under its name, or of which the store says nothing', async () => {
    await proved('other', 'silent');
    bucket.place('w/other', 'other bytes');
    for (const name of ['other', 'silent']) bucket.hide(`w/${name}`);
    bucket.failNext('head', new Failure('access-denied', 'w/silent'), { key: 'w/silent' });
    assert.deepEqual(await compare(), { other: 'missing-in-cloud', silent: 'missing-in-cloud' });
  });

  it('asks for a hundred missing files at the most, and for none that was never there', async () => {
    const names = Array.from({ length: 120 }, (_, index) => String(index));
    await proved(...names);
    await writeTree(root, { new: 'n' });
    for (const name of names) bucket.remove(`w/${name}`);
    const calls = bucket.calls.length;
    const words = await compare();
    const heads = bucket.calls.slice(calls).filter(({ operation }) => operation === 'head');
    assert.equal(heads.length, 100);
    assert.ok(heads.every(({ key }) => key !== 'w/new'));
    assert.deepEqual(new Set(Object.values(words)), new Set(['missing-in-cloud']));
  });
});
