import assert from 'node:assert/strict';

import { rowFilter } from '../../../src/engine/comparison/rowFilter';
import type { FilePath } from '../../../src/protocol/folders';

function shown(typed: string, paths: readonly string[]): readonly string[] {
  const filter = rowFilter(typed);
  assert.ok(filter, `${typed} filters`);
  return paths.filter(path => filter(path as FilePath));
}

describe('rowFilter', () => {
  const paths = ['photos/Swift.JPG', 'photos/notes.md', 'swift.jpg.bak', 'a+b (1).txt', 'x\n.md'];

  it('is none where nothing is typed', () => {
    assert.equal(rowFilter(''), undefined);
    assert.equal(rowFilter('  '), undefined);
  });

  it('finds a text anywhere in the path, in whatever case', () => {
    assert.deepEqual(shown('swift', paths), ['photos/Swift.JPG', 'swift.jpg.bak']);
    assert.deepEqual(shown(' PHOTOS/n ', paths), ['photos/notes.md']);
    assert.deepEqual(shown('nowhere', paths), []);
  });

  it('takes an asterisk for any text, and the pattern for the whole end of a path', () => {
    assert.deepEqual(shown('*.jpg', paths), ['photos/Swift.JPG']);
    assert.deepEqual(shown('photos/*', paths), ['photos/Swift.JPG', 'photos/notes.md']);
    assert.deepEqual(shown('*.md', paths), ['photos/notes.md', 'x\n.md']);
    assert.deepEqual(shown('hotos/*', paths), []);
    assert.deepEqual(shown('***', paths), paths);
  });

  it('takes all other characters as they are', () => {
    assert.deepEqual(shown('a+b (1).', paths), ['a+b (1).txt']);
    assert.deepEqual(shown('a+b (*).txt', paths), ['a+b (1).txt']);
    assert.deepEqual(shown('.', ['a', 'a.b']), ['a.b']);
    assert.deepEqual(shown('[a]*\\', ['[a]x\\', 'ax']), ['[a]x\\']);
  });

  it('finds names however their accents are composed', () => {
    const paths = ['caf\u00e9', 'cafe\u0301', 'cafe'];
    assert.deepEqual(shown('caf\u00e9', paths), paths.slice(0, 2));
    assert.deepEqual(shown('CAFE\u0301', paths), paths.slice(0, 2));
  });
});
