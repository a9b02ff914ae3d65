import assert from 'node:assert/strict';

import { bulkyFolders } from '../../../src/engine/backup/bulkyFolders';
import type { FilePath } from '../../../src/protocol/folders';

const mebibyte = 1 << 20;

function files(...paths: readonly string[]) {
  return paths.map(path => ({ folder: 'file:///w', path: path as FilePath, bytes: mebibyte }));
}

describe('bulkyFolders', () => {
  it('finds the outermost folder with a telling name, and adds up what is below it', () => {
    const found = bulkyFolders(
      files(
        'app/target/debug/a',
        'app/target/debug/build/b',
        'app/target/c',
        '.venv/lib/site-packages/d',
        'src/e',
      ),
    );
    assert.deepEqual(found, [
      {
        folder: 'file:///w',
        path: 'app/target',
        kind: 'build-output',
        files: 3,
        bytes: 3 * mebibyte,
      },
      { folder: 'file:///w', path: '.venv', kind: 'dependencies', files: 1, bytes: mebibyte },
    ]);
  });

  it('goes by the names of folders, in any case, and not by those of files', () => {
    assert.deepEqual(
      bulkyFolders(files('build', 'docs/dist', 'Pods/x', 'targets/y')).map(({ path }) => path),
      ['Pods'],
    );
  });

  it('says nothing of what weighs little, unless it is many files', () => {
    const small = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        folder: 'file:///w',
        path: `build/${String(n)}` as FilePath,
        bytes: 1,
      }));
    assert.deepEqual(bulkyFolders(small(99)), []);
    assert.equal(bulkyFolders(small(100))[0]?.files, 100);
  });

  it('keeps workspace folders apart, and names no more than ten', () => {
    const two = ['file:///a', 'file:///b'].map(folder => ({
      folder,
      path: 'dist/x' as FilePath,
      bytes: mebibyte,
    }));
    assert.equal(bulkyFolders(two).length, 2);
    const many = Array.from({ length: 30 }, (_, n) => `p${String(n)}/node_modules/x`);
    assert.equal(bulkyFolders(files(...many)).length, 10);
  });
});
