import assert from 'node:assert/strict';
import fc from 'fast-check';

import { ignorePattern } from '../../../src/editor/ignore/ignorePattern';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';

describe('ignorePattern', () => {
  it('escapes what would mean more than itself', () => {
    const lines = [
      ['a b/c.txt', '/a b/c.txt'],
      ['#a', '/#a'],
      ['!a', '/!a'],
      ['a*?[b].c', '/a\\*\\?\\[b].c'],
      ['a\\b', '/a\\\\b'],
      ['ends in  ', '/ends in\\ \\ '],
    ] as const;
    for (const [path, line] of lines) assert.equal(ignorePattern(path as FilePath, 'file'), line);
    assert.equal(ignorePattern('a/b ' as FilePath, 'folder'), '/a/b /');
  });

  const names = fc
    .string({
      unit: fc.constantFrom(...'a b * ? [ ] ! # \\ . é - ^ { }'.split(' '), ' '),
      minLength: 1,
      maxLength: 5,
    })
    .filter(name => name !== '.' && name !== '..');
  const paths = fc
    .array(names, { minLength: 1, maxLength: 3 })
    .map(all => all.join('/') as FilePath);

  it('means the file or folder that it was made of, and no other', () => {
    assertProperty(
      fc.property(paths, paths, fc.constantFrom('file', 'folder'), (path, other, kind) => {
        const line = ignorePattern(path, kind);
        assert.ok(!/[\r\n]/.test(line));
        const exclude = new ExcludeRules([line]);
        assert.ok(exclude.match(path, kind), line);
        assert.ok(exclude.match(`${path}/below` as FilePath, 'file'), line);
        const isWithin = other === path || other.startsWith(`${path}/`);
        if (!isWithin) assert.equal(exclude.find(other, kind), undefined, line);
        assert.equal(exclude.find(`x/${path}` as FilePath, kind), undefined, line);
        if (kind === 'folder') assert.equal(exclude.match(path, 'file'), undefined, line);
      }),
      { numRuns: 1000 },
    );
  });

  it('means a name with a line break at least', () => {
    const exclude = new ExcludeRules([ignorePattern('a\nb' as FilePath, 'file')]);
    assert.ok(exclude.match('a\nb' as FilePath, 'file'));
    assert.equal(exclude.match('ab' as FilePath, 'file'), undefined);
  });
});
