import assert from 'node:assert/strict';
import fc from 'fast-check';

import { parentPath } from '../../../src/engine/disk/filePath';
import { CloudFiles } from '../../../src/engine/scan/cloudFiles';
import type { CloudFile } from '../../../src/engine/scan/cloudListing';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';
import { aCloudFile } from '../../support/engine/aFile';

const digest = '0123456789abcdef0123456789abcdef';

/** Any text comes back as it was, such that looks like a digest, and halves of characters. */
const texts = fc.oneof(
  fc.constantFrom('a', 'b', digest, digest.toUpperCase(), `${digest}-12`, 'é', 'e\u0301', '\ud83d'),
  fc.constantFrom('', 'ÿ', '\u0100', '__proto__', 'x'.repeat(70_000)),
  fc.string({ maxLength: 5, unit: 'binary' }),
);
const paths = fc.array(texts, { minLength: 1, maxLength: 3 }).map(names => names.join('/'));
const files = fc
  .tuple(paths, fc.maxSafeNat(), texts, fc.maxSafeInteger(), fc.option(texts, { nil: undefined }))
  .map(([path, size, etag, modifiedAtMs, storageClass]): CloudFile => {
    return { path: path as FilePath, size, etag, modifiedAtMs, storageClass };
  });

describe('cloudFiles', () => {
  it('gives back each file as it was put last, in the order of the paths', () => {
    assertProperty(
      fc.property(fc.array(files, { maxLength: 100 }), all => {
        const held = new CloudFiles();
        const model = new Map<FilePath, CloudFile>();
        for (const file of all) {
          held.put(file);
          model.set(file.path, file);
        }
        assert.equal(held.size, model.size);
        assert.deepEqual([...held], [...model.values()]);
        for (const [row, file] of [...model.values()].entries()) {
          assert.deepEqual(held.get(file.path), file);
          assert.equal(held.pathAt(row), file.path);
          assert.equal(held.folderAt(row), parentPath(file.path));
          assert.equal(held.sizeAt(row), file.size);
          assert.equal(held.has(`${file.path}/.` as FilePath), false);
        }
      }),
    );
  });

  it('finds each of many, and none that is not there', () => {
    const held = new CloudFiles();
    const pathOf = (index: number) => `folder ${String(index % 300)}/${String(index)}` as FilePath;
    const many = 50_000;
    for (let index = 0; index < many; index += 2) {
      held.put(aCloudFile({ path: pathOf(index), size: index }));
    }
    for (let index = 0; index < many; index++) {
      const expected = index % 2 === 0 ? index : undefined;
      assert.equal(held.get(pathOf(index))?.size, expected);
    }
    assert.throws(() => held.at(many), RangeError);
  });
});
