import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import { withOpenFile } from '../../../src/engine/disk/openFile';
import { readAll } from '../../../src/engine/disk/readFile';
import type { FilePath } from '../../../src/protocol/folders';
import { untrueSizes } from '../../support/disk/untrueSizes';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const path = 'a' as FilePath;
const signal = new AbortController().signal;

describe('readAll', () => {
  let folder: TemporaryFolder;
  before(async () => {
    folder = await temporaryFolder('read-all');
  });
  after(() => folder.remove());

  it('gives all bytes in their order', async () => {
    const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, content.length]) {
      writeFileSync(join(folder.path, path), content.subarray(0, size));
      const read: Buffer[] = [];
      await withOpenFile(folder.path, path, async file =>
        readAll({
          file,
          local: await file.stat(),
          signal,
          onBytes: bytes => read.push(Buffer.from(bytes)),
        }),
      );
      assert.ok(Buffer.concat(read).equals(content.subarray(0, size)));
    }
  });

  it('tells a file that holds more than its disk says from one that has grown', async () => {
    writeFileSync(join(folder.path, path), 'content');
    const untrue = untrueSizes(0);
    try {
      const reading = withOpenFile(folder.path, path, async file =>
        readAll({ file, local: await file.stat(), signal, onBytes: () => undefined }),
      );
      await assert.rejects(reading, { code: 'wrong-size', subject: 'a' });
    } finally {
      untrue.restore();
    }
  });

  it('reads no further than the file went when it was looked at', async () => {
    await assertProperty(
      fc.asyncProperty(
        fc.nat(2 << 20),
        fc.integer({ min: 1, max: 4 << 20 }),
        async (size, more) => {
          writeFileSync(join(folder.path, path), Buffer.alloc(size));
          let reads = 0;
          const reading = withOpenFile(folder.path, path, async file => {
            const seen = await file.stat();
            appendFileSync(join(folder.path, path), Buffer.alloc(more));
            await readAll({ file, local: seen, signal, onBytes: () => reads++ });
          });
          await assert.rejects(reading, { code: 'file-changing', subject: 'a' });
          assert.ok(reads <= 1 + Math.ceil(size / (1 << 20)), String(reads));
        },
      ),
      { numRuns: 30, examples: [[0, 4 << 20]] },
    );
  });
});
