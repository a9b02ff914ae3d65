import assert from 'node:assert/strict';
import fc from 'fast-check';

import { parentPath } from '../../../src/engine/disk/filePath';
import {
  GroupTree,
  type TreeChild,
  type TreeFolder,
} from '../../../src/engine/comparison/groupTree';
import { CloudFiles } from '../../../src/engine/scan/cloudFiles';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';

interface Sized {
  readonly path: FilePath;
  readonly bytes: number;
}

const measure = {
  pathOf: ({ path }: Sized) => path,
  folderOf: ({ path }: Sized) => parentPath(path),
  bytesOf: ({ bytes }: Sized) => bytes,
};

function leaf(path: string, bytes = 1): Sized {
  return { path: path as FilePath, bytes };
}

/** Every folder of the tree, by going down from the root as the view does. */
function* foldersBelow(folder: TreeFolder<Sized>): Generator<TreeFolder<Sized>> {
  yield folder;
  for (const child of childrenOf(folder)) {
    if (child.kind === 'folder') yield* foldersBelow(child.folder);
  }
}

function childrenOf(folder: TreeFolder<Sized>): readonly TreeChild<Sized>[] {
  return folder.children(0, folder.childCount);
}

function check(tree: GroupTree<Sized>, model: ReadonlyMap<string, Sized>): void {
  const all = [...model.values()];
  const homes = new Set<string>(['']);
  for (const { path } of all) {
    for (let up = parentPath(path); up !== ''; up = parentPath(up)) homes.add(up);
  }
  const folders = [...foldersBelow(tree.root)];
  assert.deepEqual(folders.map(({ path }) => path).sort(), [...homes].sort());
  for (const folder of folders) {
    const below = all.filter(
      ({ path }) => folder.path === '' || path.startsWith(`${folder.path}/`),
    );
    const bytes = below.reduce((sum, leaf) => sum + leaf.bytes, 0);
    assert.deepEqual(folder.totals, { files: below.length, bytes });
    assert.equal(folder.rows, below.length);
    assert.deepEqual(new Set(folder.leaves()), new Set(below));
    assert.equal(tree.folder(folder.path), folder);
    const own = childrenOf(folder).flatMap(child => (child.kind === 'leaf' ? [child.leaf] : []));
    assert.deepEqual(
      new Set(own),
      new Set(below.filter(leaf => parentPath(leaf.path) === folder.path)),
    );
    const kinds = childrenOf(folder).map(({ kind }) => kind);
    assert.ok(!kinds.join().includes('leaf,folder'), 'a file stands before a folder');
  }
}

describe('groupTree', () => {
  it('keeps totals, children and leaves true while leaves come and go', () => {
    const paths = fc
      .array(fc.constantFrom('a', 'b', '__proto__', '.', 'a b'), { minLength: 1, maxLength: 4 })
      .map(names => names.join('/'));
    const steps = fc.array(fc.tuple(paths, fc.nat(100)), { maxLength: 60 });
    assertProperty(
      fc.property(steps, all => {
        const tree = new GroupTree(measure, new CloudFiles());
        const model = new Map<string, Sized>();
        for (const [path, bytes] of all) {
          const known = model.get(path);
          if (known === undefined) {
            const added = leaf(path, bytes);
            tree.put(added, 'both');
            model.set(path, added);
          } else {
            tree.take(known, 'both');
            model.delete(path);
          }
          check(tree, model);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('holds a file and a folder of one name, as a bucket can', () => {
    const tree = new GroupTree(measure, new CloudFiles());
    tree.put(leaf('a'), 'both');
    tree.put(leaf('a/b'), 'both');
    assert.deepEqual(
      childrenOf(tree.root).map(({ kind }) => kind),
      ['folder', 'leaf'],
    );
    tree.take(leaf('a'), 'both');
    assert.deepEqual(tree.root.totals, { files: 1, bytes: 1 });
    assert.deepEqual([...(tree.folder('a' as FilePath)?.leaves() ?? [])], [leaf('a/b')]);
  });

  it('tells the rows that it shows from the files that count in it', () => {
    const tree = new GroupTree(measure, new CloudFiles());
    const [lingering, awaited] = [leaf('old/a', 5), leaf('new/b', 7)];
    tree.put(lingering, 'row');
    tree.put(awaited, 'number');
    assert.deepEqual(tree.root.totals, { files: 1, bytes: 7 });
    assert.equal(tree.root.rows, 1);
    // A folder without rows is not shown, but has its numbers already.
    assert.deepEqual(
      childrenOf(tree.root).map(child => (child.kind === 'folder' ? child.folder.path : '')),
      ['old'],
    );
    assert.deepEqual(tree.root.inOrder(0, 9), [lingering]);
    tree.take(lingering, 'row');
    tree.take(awaited, 'number');
    tree.put(awaited, 'both');
    assert.deepEqual(tree.root.inOrder(0, 9), [awaited]);
    assert.deepEqual(tree.root.totals, { files: 1, bytes: 7 });
    tree.take(awaited, 'both');
    assert.equal(tree.folder('new' as FilePath), undefined);
    assert.equal(tree.folder('old' as FilePath), undefined);
  });

  it('forgets folders that nothing is left in', () => {
    const tree = new GroupTree(measure, new CloudFiles());
    tree.put(leaf('a/b/c'), 'both');
    tree.take(leaf('a/b/c'), 'both');
    assert.equal(tree.folder('a/b' as FilePath), undefined);
    assert.equal(tree.folder('a' as FilePath), undefined);
    assert.deepEqual(childrenOf(tree.root), []);
  });
});
