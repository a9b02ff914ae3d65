import assert from 'node:assert/strict';

import { Comparison } from '../../../src/engine/comparison/comparison';
import { differencesOf } from '../../../src/engine/comparison/differences';
import type { FilePath } from '../../../src/protocol/folders';
import type { Difference } from '../../../src/protocol/plans';
import type { Group } from '../../../src/protocol/verdicts';
import { targetOf } from '../../support/memory/targetOf';
import { aLocalFile } from '../../support/engine/aFile';

function differences(
  paths: readonly string[],
  group: Group & ('missing-in-cloud' | 'out-of-date'),
) {
  const comparison = new Comparison(targetOf({ bucket: 'b', prefix: '' }));
  for (const each of paths) {
    const path = each as FilePath;
    comparison.place({
      path,
      isFolder: false,
      local: aLocalFile({ path, size: 2 }),
      cloud: undefined,
      verdict: group === 'out-of-date' ? { kind: group, because: 'size' } : { kind: group },
    });
  }
  return differencesOf(comparison);
}

/** Which of the paths a row stands for. */
function covered({ kind, path }: Difference, paths: readonly string[]): readonly string[] {
  const below = path === '' ? '' : `${path}/`;
  switch (kind) {
    case 'file':
      return paths.filter(each => each === path);
    case 'folder':
      return paths.filter(each => each.startsWith(below));
    case 'loose-files':
      return paths.filter(
        each => each.startsWith(below) && !each.slice(below.length).includes('/'),
      );
  }
}

describe('differences', () => {
  it('lists files in the order of their names, with group and size', () => {
    assert.deepEqual(differences(['file10', 'file2', 'a/b'], 'out-of-date'), [
      { kind: 'file', path: 'a/b', group: 'out-of-date', files: 1, bytes: 2 },
      { kind: 'file', path: 'file2', group: 'out-of-date', files: 1, bytes: 2 },
      { kind: 'file', path: 'file10', group: 'out-of-date', files: 1, bytes: 2 },
    ]);
    assert.deepEqual(differences([], 'out-of-date'), []);
  });

  const shapes: Readonly<Record<string, readonly string[]>> = {
    'one flat folder': range(1500).map(n => `flat/${n}`),
    'the folder itself': range(1500),
    'many folders': range(1500).map(n => `${n}/file`),
    'deep folders beside loose files': [
      ...range(600).map(n => `a/b/c/${n}`),
      ...range(600).map(n => `a/b/${n}`),
      ...range(10).map(n => `a/${n}`),
      ...range(10),
      ...range(50).map(n => `z/${n}/x`),
    ],
  };
  for (const [shape, paths] of Object.entries(shapes)) {
    it(`lists folders where there are too many files: ${shape}`, () => {
      const rows = differences(paths, 'missing-in-cloud');
      assert.ok(rows.every(({ kind }) => kind !== 'file'));
      const all = rows.flatMap(row => {
        const own = covered(row, paths);
        assert.equal(row.files, own.length, row.path);
        assert.equal(row.bytes, own.length * 2);
        return own;
      });
      assert.deepEqual([...all].sort(), [...paths].sort());
    });
  }

  it('opens the folders that hold most', () => {
    const rows = differences(shapes['deep folders beside loose files']!, 'missing-in-cloud');
    assert.ok(rows.some(({ kind, path }) => kind === 'loose-files' && path === 'a/b'));
    assert.ok(rows.some(({ kind, path }) => kind === 'folder' && path === 'a/b/c'));
    assert.ok(rows.length <= 200);
  });
});

function range(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => String(n));
}
