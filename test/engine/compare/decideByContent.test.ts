import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { decideByContent } from '../../../src/engine/compare/decideByContent';
import { judge, type Case } from '../../../src/engine/compare/judge';
import type { Reading, Receipt } from '../../../src/engine/records/receipts';
import { noReceipts } from '../../support/memory/recordsInMemory';
import type { CloudFile } from '../../../src/engine/scan/cloudListing';
import { toLocalFile, type LocalFile } from '../../../src/engine/disk/localFile';
import type { FilePath } from '../../../src/protocol/folders';
import type { Verdict } from '../../../src/protocol/verdicts';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { aCloudFile } from '../../support/engine/aFile';

const path = 'a.txt' as FilePath;
const storedAt = 1_700_000_000_000;
const before = storedAt - 60_000;
const after = storedAt + 60_000;

describe('decideByContent', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('decide-by-content');
  });
  afterEach(() => folder.remove());

  async function write(content: string, modifiedAt: number): Promise<LocalFile> {
    await writeTree(folder.path, { [path]: content }, modifiedAt);
    return toLocalFile(path, lstatSync(join(folder.path, path), { bigint: true }));
  }

  function cloudFile(etag: string): CloudFile {
    return aCloudFile({ path, modifiedAtMs: storedAt, etag });
  }

  /** The verdict over a file that is written anew between being seen and being read. */
  async function whileChanging(known: Case & { readonly local: LocalFile }): Promise<Verdict> {
    const { local, cloud, receipt, reading } = known;
    const question = judge(known, { rule: 'content', clockOffsetMs: 0 });
    assert.ok(question.kind === 'ask-content' && cloud !== undefined);
    await write('other', after);
    const receipts = noReceipts();
    if (reading !== undefined) receipts.remember(reading);
    const { verdict } = await decideByContent(
      { local, cloud, receipt, question },
      {
        root: folder.path,
        bucket: memoryBucket(),
        prefix: 'w/',
        receipts,
        signal: new AbortController().signal,
      },
    );
    return verdict;
  }

  const changed: Verdict = { kind: 'out-of-date', because: 'changed-since-comparison' };
  const known = { receipt: undefined, reading: undefined };

  for (const [when, modifiedAt] of [
    ['older than its copy', before],
    ['newer than its copy', after],
  ] as const) {
    it(`calls a file out of date that is changed while it is read, and was ${when}`, async () => {
      const local = await write('x', modifiedAt);
      assert.deepEqual(await whileChanging({ ...known, local, cloud: cloudFile('e') }), changed);
    });
  }

  it('leaves a conflict one while the file changes, where the copy is another than the proved one', async () => {
    const local = await write('x', before);
    const receipt: Receipt = {
      local,
      sha256: '',
      etag: 'proved',
      crc32: undefined,
      versionId: undefined,
      hashBegan: Date.now() + 10_000,
      provedAt: Date.now(),
    };
    assert.deepEqual(await whileChanging({ ...known, local, cloud: cloudFile('e'), receipt }), {
      kind: 'changed-in-cloud',
      because: 'only-there',
    });
  });

  it('leaves a conflict one while the file changes, where it was read before and found different', async () => {
    const local = await write('x', before);
    const reading: Reading = {
      local,
      etag: 'e',
      cloud: 'different',
      sha256: '',
      // Racy, so that the file is read once more.
      hashBegan: 0,
    };
    assert.deepEqual(await whileChanging({ ...known, local, cloud: cloudFile('e'), reading }), {
      kind: 'changed-in-cloud',
      because: 'newer-there',
    });
  });
});
