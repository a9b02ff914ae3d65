import assert from 'node:assert/strict';
import fc from 'fast-check';
import ignore from 'ignore';

import { ExcludeRules } from '../../../src/engine/scan/exclude';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';

function matches(
  patterns: readonly string[],
  path: string,
  kind: 'file' | 'folder' = 'file',
): boolean {
  return new ExcludeRules(patterns).match(path as FilePath, kind) !== undefined;
}

describe('exclude', () => {
  it('excludes what a name says and not what only begins with it', () => {
    for (const path of ['.git', 'sub/.git']) {
      assert.ok(matches(['.git'], path, 'folder'), path);
      assert.ok(matches(['.git'], path, 'file'), path);
    }
    for (const path of ['.github', '.gitignore', '.gitattributes', 'a.git', '.git-old']) {
      assert.ok(!matches(['.git'], path, 'folder'), path);
      assert.ok(!matches(['.git'], path, 'file'), path);
    }
    assert.ok(!matches(['.git'], '.github/workflows/ci.yml'));
  });

  it('tells folder patterns from file patterns', () => {
    assert.ok(matches(['build/'], 'build', 'folder'));
    assert.ok(!matches(['build/'], 'build', 'file'));
    assert.ok(matches(['build/'], 'build/a.js'));
    assert.ok(matches(['build/'], 'x/build', 'folder'));
    assert.ok(!matches(['/build/'], 'x/build', 'folder'));
    assert.ok(matches(['*.log'], 'deep/er/a.log'));
  });

  it('takes back what a later negation allows', () => {
    const patterns = ['*.log', '!keep.log'];
    assert.ok(matches(patterns, 'a.log'));
    assert.ok(!matches(patterns, 'keep.log'));
    assert.ok(!matches(patterns, 'x/keep.log'));
  });

  it('allows nothing below an excluded folder, as git does', () => {
    assert.ok(matches(['build/', '!build/keep.js'], 'build/keep.js'));
    assert.ok(!matches(['build/*', '!build/keep.js'], 'build/keep.js'));
  });

  it('leaves out what a conflict has left beside a file, unless a rule includes it', () => {
    const kept = [
      'june (kept 2026-03-14 09.26.53).csv',
      'd/june (kept 2026-03-14 09.26.53 2).csv',
      ' (kept 2026-03-14 09.26.53)',
      'june (cloud 2026-03-14 09.26.53).csv',
    ] as FilePath[];
    const ruling = { kind: 'ignored', because: { kind: 'kept-copy' } };
    for (const path of kept) {
      assert.deepEqual(new ExcludeRules([]).match(path, 'file'), ruling, path);
      assert.equal(new ExcludeRules([]).match(path, 'folder'), undefined);
      assert.ok(!matches(['!* (kept *)*', '!* (cloud *)*'], path));
    }
    for (const path of ['june (kept).csv', 'june (cloudy 2026-03-14 09.26.53).csv', 'kept']) {
      assert.ok(!matches([], path), path);
    }
  });

  it('names the pattern and the setting', () => {
    const because = {
      kind: 'rule',
      pattern: '*.log',
      source: 's3Backup.exclude',
      line: undefined,
    };
    const ruling = new ExcludeRules(['a', '*.log']).match('x.log' as FilePath, 'file');
    assert.deepEqual(ruling, { kind: 'ignored', because });
  });

  it('finds the topmost excluded folder above a path', () => {
    const exclude = new ExcludeRules(['node_modules', '*.log', 'out/']);
    const find = (path: string) => {
      const found = exclude.find(path as FilePath, 'file');
      return found && [found.path, found.kind];
    };
    assert.deepEqual(find('a/node_modules/b/node_modules/c.js'), ['a/node_modules', 'folder']);
    assert.deepEqual(find('out/x/a.log'), ['out', 'folder']);
    assert.deepEqual(find('a/b.log'), ['a/b.log', 'file']);
    assert.deepEqual(find('node_modules'), ['node_modules', 'file']);
    assert.equal(find('a/b.txt'), undefined);
  });

  it('finds exactly what it matches', () => {
    const segments = fc.constantFrom('a', 'b', 'build', '.git', '.github', 'x.log', 'keep.log');
    const paths = fc.array(segments, { minLength: 1, maxLength: 4 }).map(all => all.join('/'));
    const patterns = fc.subarray([
      '.git',
      'build/',
      '*.log',
      '!keep.log',
      '/a',
      'b/*',
      '!b/a',
      '**/x.log',
    ]);
    assertProperty(
      fc.property(patterns, paths, (chosen, text) => {
        const exclude = new ExcludeRules(chosen);
        const path = text as FilePath;
        const found = exclude.find(path, 'file');
        assert.equal(found !== undefined, exclude.match(path, 'file') !== undefined);
        if (found === undefined) return;
        assert.ok(path === found.path || path.startsWith(`${found.path}/`));
        assert.deepEqual(exclude.match(found.path, found.kind), found.ruling);
      }),
    );
  });

  it('leaves no rule out because of a name that it may match', () => {
    const options = { ignorecase: process.platform !== 'linux', allowRelativePaths: true };
    const piece = fc.constantFrom(
      ...['a', 'A', 'b', '.', '*', '?', '**', '/', '!', '[ab]', '\\', ' ', 'é', '(', '+', '|'],
    );
    const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map(pieces => pieces.join(''));
    const name = fc.constantFrom(
      ...['a', 'A', 'b', 'ab', 'a.b', '.a', 'a b', 'é', 'a(', '+|', 'c'],
    );
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(names => names.join('/'));
    assertProperty(
      fc.property(
        fc.array(pattern, { maxLength: 4 }),
        fc.array(path, { minLength: 1, maxLength: 6 }),
        (patterns, paths) => {
          const rules = new ExcludeRules(patterns);
          const matcher = ignore(options).add([...patterns]);
          for (const each of paths) {
            const found = rules.match(each as FilePath, 'file') !== undefined;
            assert.equal(found, matcher.test(each).ignored, each);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes every name that a disk can hold, and every pattern that a user can write', () => {
    const names = [
      '...',
      '..a',
      ' ',
      'a ',
      'a\\b',
      'a\nb',
      '\u{1F600}',
      'e\u0301',
      '-',
      '!a',
      '#a',
    ];
    for (const name of names) {
      assert.ok(!matches(['.git', 'node_modules'], name), name);
      assert.ok(matches(['*'], name), name);
    }
    assertProperty(
      fc.property(fc.array(fc.string()), fc.string({ minLength: 1 }), (patterns, name) => {
        matches(patterns, name.replaceAll(/[/\0]/g, '_'));
      }),
    );
  });

  if (process.platform === 'linux') {
    it('tells upper from lower case where the disk does', () => {
      assert.ok(!matches(['build'], 'Build', 'folder'));
    });
  }
});
