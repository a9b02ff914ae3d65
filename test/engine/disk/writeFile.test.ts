import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

import { writeSparse } from '../../../src/engine/disk/writeFile';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const block = 1 << 16;

describe('writeSparse', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('sparse');
  });
  afterEach(() => folder.remove());

  /** Writes the content in pieces, one after the other, and returns the file. */
  async function write(content: Buffer, pieceSizes: readonly number[]): Promise<string> {
    const path = join(folder.path, 'file');
    const handle = await open(path, 'w');
    try {
      let position = 0;
      for (const size of [...pieceSizes, content.length]) {
        const piece = content.subarray(position, position + size);
        await writeSparse(handle, piece, position);
        position += piece.length;
      }
      await handle.truncate(content.length);
    } finally {
      await handle.close();
    }
    return path;
  }

  it('writes what it was given, in whatever pieces it comes', async () => {
    const run = fc.record({
      length: fc.oneof(fc.nat(3 * block), fc.constantFrom(block, 2 * block)),
      byte: fc.constantFrom(0, 0, 7),
    });
    await assertProperty(
      fc.asyncProperty(
        fc.array(run, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 3 * block }), { maxLength: 6 }),
        async (runs, pieces) => {
          const content = Buffer.concat(runs.map(({ length, byte }) => Buffer.alloc(length, byte)));
          assert.ok(readFileSync(await write(content, pieces)).equals(content));
        },
      ),
    );
  });

  it('writes no more than 128 KiB at a time', async () => {
    const content = Buffer.alloc((3 << 17) + 5, 7);
    const handle = await open(join(folder.path, 'file'), 'w');
    const lengths: number[] = [];
    const watched = {
      write(bytes: Uint8Array, offset: number, length: number, position: number) {
        lengths.push(length);
        return handle.write(bytes, offset, length, position);
      },
    };
    try {
      await writeSparse(watched, content, 0);
    } finally {
      await handle.close();
    }
    assert.deepEqual(lengths, [1 << 17, 1 << 17, 1 << 17, 5]);
    assert.ok(readFileSync(join(folder.path, 'file')).equals(content));
  });

  it('leaves holes for zeros', async function () {
    const content = Buffer.alloc(64 * block);
    content.write('x', 5 * block + 1);
    const { size, blocks } = statSync(await write(content, [3 * block + 7, block]));
    assert.equal(size, content.length);
    if (process.platform === 'linux') assert.ok(blocks * 512 <= 4 * block, String(blocks));
  });
});
