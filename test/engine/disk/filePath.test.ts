import assert from 'node:assert/strict';
import { posix, resolve, sep, win32 } from 'node:path';
import fc from 'fast-check';

import {
  childPath,
  isWithin,
  parentPath,
  toAbsolutePath,
  toFilePath,
} from '../../../src/engine/disk/filePath';
import { readKey, toKey } from '../../../src/engine/disk/objectKey';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';

const hostileNames = [
  '...',
  '.hidden',
  '..a',
  'a..',
  ' ',
  ' a',
  'a ',
  '-',
  '~',
  '*',
  '?',
  '#',
  '%2e%2e',
  '%2F',
  '+',
  'a+b c',
  'a\nb',
  'a\rb',
  '\t',
  '\u007f',
  '\u0001',
  'é',
  'e\u0301',
  '\u{1F600}',
  '\uFF61',
  '\u202Egpj',
  'CON',
  'con.txt',
  'a:b',
  '__proto__',
  'constructor',
  ...(sep === '/' ? ['a\\b', '\\', '..\\x'] : []),
];

const names = fc.oneof(
  fc.constantFrom(...hostileNames),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter(name => !/[/\0]/.test(name) && (sep === '/' || !name.includes('\\')))
    .filter(name => name !== '.' && name !== '..'),
);
const paths = fc
  .array(names, { minLength: 1, maxLength: 6 })
  .map(segments => segments.join('/') as FilePath);
const prefixes = fc.oneof(
  fc.constant(''),
  fc.array(names, { minLength: 1, maxLength: 3 }).map(segments => `${segments.join('/')}/`),
);
const root = resolve('/work space/projet');

function asPath(text: string): FilePath {
  return text as FilePath;
}

describe('filePath', () => {
  it('reads back from a key the very path that the key was made of', () => {
    assertProperty(
      fc.property(prefixes, paths, (prefix, path) => {
        assert.deepEqual(readKey(prefix, toKey(prefix, path)), { kind: 'path', path });
      }),
    );
  });

  it('gives different paths different keys', () => {
    assertProperty(
      fc.property(prefixes, paths, paths, (prefix, one, other) => {
        assert.equal(toKey(prefix, one) === toKey(prefix, other), one === other);
      }),
    );
  });

  for (const [system, style, folders] of [
    ['Linux and macOS', posix, ['/', '/work space/projet', '/work space/projet/']],
    ['Windows', win32, ['C:\\', 'c:\\Work Space\\projet', '\\\\server\\share\\projet\\']],
  ] as const) {
    const itsPaths = paths.filter(path => style === posix || !path.includes('\\'));

    it(`reads back from the disk the very path that was looked for there (${system})`, () => {
      for (const folder of folders) {
        assertProperty(
          fc.property(itsPaths, path => {
            const absolute = toAbsolutePath(folder, path, style);
            assert.ok(style.isAbsolute(absolute));
            assert.equal(toFilePath(folder, absolute, style), path);
          }),
        );
        assert.equal(toFilePath(folder, toAbsolutePath(folder, asPath(''), style), style), '');
      }
    });

    it(`never leads out of the folder, whatever a key says (${system})`, () => {
      const segments = fc.oneof(
        names,
        fc.constantFrom('.', '..', '', '\0', 'a\0b', '\\', '..\\..'),
      );
      const keys = fc.array(segments, { maxLength: 8 }).map(all => all.join('/'));
      const [, root] = folders;
      assertProperty(
        fc.property(prefixes, keys, (prefix, rest) => {
          const reading = readKey(prefix, prefix + rest, style);
          if (reading.kind === 'not-a-path') return;
          const absolute = toAbsolutePath(root, reading.path, style);
          assert.equal(style.resolve(absolute), absolute);
          assert.ok(absolute.startsWith(root + style.sep));
          assert.ok(absolute.length > root.length + 1);
        }),
        { numRuns: 1000 },
      );
    });
  }

  it('takes a drive of Windows for the same, however its letter is written', () => {
    const find = (root: string, file: string) => toFilePath(root, file, win32);
    assert.equal(find('c:\\work', 'C:\\work\\a\\b.txt'), 'a/b.txt');
    assert.equal(find('C:\\', 'c:\\b.txt'), 'b.txt');
    assert.equal(find('C:\\work', 'D:\\work\\b.txt'), undefined);
    assert.equal(find('C:\\work', 'C:\\workshop\\b.txt'), undefined);
    assert.equal(toFilePath('/c:', '/C:/b.txt', posix), undefined);
  });

  it('says why a key is no file’s', () => {
    const faults = [
      ['p/', 'p/', 'folder-marker'],
      ['p/', 'p/a/', 'folder-marker'],
      ['p/', 'p//', 'folder-marker'],
      ['', 'a/', 'folder-marker'],
      ['p/', 'p//a', 'empty-segment'],
      ['', '/a', 'empty-segment'],
      ['p/', 'p/a//b', 'empty-segment'],
      ['p/', 'p/.', 'dot-segment'],
      ['p/', 'p/..', 'dot-segment'],
      ['p/', 'p/a/../b', 'dot-segment'],
      ['p/', 'p/a/./b', 'dot-segment'],
      ['p/', 'p/../a', 'dot-segment'],
      ['', '../a', 'dot-segment'],
      ['p/', 'p/a\0', 'nul'],
      ['p/', 'q/a', 'outside-prefix'],
      ['p/', 'p', 'outside-prefix'],
      ['proj/', 'proj-old/a', 'outside-prefix'],
      ['p/', 'p/a/.b.txt.s3backup-0123456789abcdef', 'staged-file'],
    ] as const;
    for (const style of [posix, win32]) {
      for (const [prefix, key, because] of faults) {
        assert.deepEqual(readKey(prefix, key, style), { kind: 'not-a-path', because }, key);
      }
    }
    const backslash = { kind: 'not-a-path', because: 'backslash' };
    assert.deepEqual(readKey('', 'a\\b', win32), backslash);
    assert.deepEqual(readKey('', 'a\\b', posix), { kind: 'path', path: 'a\\b' });
  });

  it('takes names that only look like leading out of a folder', () => {
    for (const name of ['...', '..a', 'a..', '.git', 'a/...', '....', '.../x']) {
      assert.deepEqual(readKey('p/', `p/${name}`), { kind: 'path', path: name });
    }
  });

  it('takes the folder itself for the empty path, and what lies beside it for nothing', () => {
    assert.equal(toFilePath(root, root), '');
    assert.equal(toFilePath(root + sep, root), '');
    assert.equal(toFilePath(root, `${root}-old${sep}a`), undefined);
    assert.equal(toFilePath(root, resolve('/work space')), undefined);
    assert.equal(toAbsolutePath(root, asPath('')), root);
    assert.equal(toAbsolutePath(resolve('/'), asPath('')), resolve('/'));
    assert.equal(toAbsolutePath(resolve('/'), asPath('a')), resolve('/a'));
  });

  it('knows what lies within a folder by whole names', () => {
    assert.equal(isWithin(asPath('src/a'), asPath('src')), true);
    assert.equal(isWithin(asPath('src'), asPath('src')), true);
    assert.equal(isWithin(asPath('src-old/a'), asPath('src')), false);
    assert.equal(isWithin(asPath('sr'), asPath('src')), false);
    assert.equal(isWithin(asPath('anything'), asPath('')), true);
    assertProperty(
      fc.property(paths, names, (path, name) => {
        const child = childPath(path, name);
        assert.equal(parentPath(child), path);
        assert.ok(isWithin(child, path));
        assert.ok(!isWithin(path, child));
      }),
    );
    assert.equal(parentPath(asPath('a')), '');
    assert.equal(childPath(asPath(''), 'a'), 'a');
  });
});
