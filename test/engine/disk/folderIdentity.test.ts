import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  canBe,
  identityOf,
  isSameFolder,
  knownTogether,
  type FolderIdentity,
} from '../../../src/engine/disk/folderIdentity';
import { temporaryFolder } from '../../../dev/temporaryFolder';

const known: FolderIdentity = { volume: 'A', inode: '1', madeAt: '5' };

describe('folderIdentity', () => {
  it('goes with a folder, and not with a path', async () => {
    const temporary = await temporaryFolder('identity');
    const at = (name: string) => join(temporary.path, name);
    try {
      mkdirSync(at('a'));
      mkdirSync(at('b'));
      const first = identityOf(at('a'));
      assert.ok(first !== undefined);
      writeFileSync(join(at('a'), 'file'), '');
      renameSync(at('a'), at('c'));
      renameSync(at('b'), at('a'));
      const [other, same] = [identityOf(at('a')), identityOf(at('c'))];
      assert.ok(other !== undefined && same !== undefined);
      assert.deepEqual([isSameFolder(first, other), isSameFolder(first, same)], [false, true]);
      const now = statSync(at('c'), { bigint: true });
      // A disk without a name of its own may be any.
      for (const volume of [first.volume, 'none']) {
        assert.deepEqual(
          [other, same].map(each => canBe(now, { ...each, volume })),
          [false, true],
        );
      }
      rmSync(at('a'), { recursive: true });
      assert.equal(identityOf(at('a')), undefined);
    } finally {
      await temporary.remove();
    }
  });

  it('is put together from what was told at different times', () => {
    const unnamed = { ...known, volume: undefined };
    assert.deepEqual(knownTogether(known, unnamed), known);
    assert.deepEqual(knownTogether(unnamed, { ...known, madeAt: undefined }), known);
  });

  it('doubts nothing because of what a disk does not tell', () => {
    for (const [other, expected] of [
      [known, true],
      [{ ...known, volume: undefined }, true],
      [{ ...known, madeAt: undefined }, true],
      // The root of every FAT disk has the same number.
      [{ ...known, volume: 'B', madeAt: undefined }, false],
      [{ ...known, madeAt: '6' }, false],
      [{ ...known, inode: '2' }, false],
    ] as const) {
      assert.equal(isSameFolder(known, other), expected, JSON.stringify(other));
      assert.equal(isSameFolder(other, known), expected, JSON.stringify(other));
    }
  });
});
