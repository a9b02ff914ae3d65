import assert from 'node:assert/strict';
import fc from 'fast-check';

import type { Entry } from '../../../src/engine/comparison/entry';
import type { Route } from '../../../src/engine/comparison/job';
import { findCollisions, unsafeName, type NameRules } from '../../../src/engine/restore/diskNames';
import { selectSteps } from '../../../src/engine/restore/selectRestore';
import type { FilePath } from '../../../src/protocol/folders';
import { hostileNames } from '../../support/disk/hostileNames';
import { assertProperty } from '../../support/suite/assertProperty';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { routeInMemory } from '../../support/memory/routeInMemory';

const linux: NameRules = { platform: 'linux', foldsNames: false };
const mac: NameRules = { platform: 'darwin', foldsNames: true };
const windows: NameRules = { platform: 'win32', foldsNames: true };

describe('The names of restored files', () => {
  it('are refused where the list was in doubt of them', async () => {
    const path = 'a.txt' as FilePath;
    const bucket = memoryBucket();
    const route: Route = routeInMemory({ root: '/none', bucket, prefix: '' });
    const entry: Entry = {
      path,
      isFolder: false,
      local: undefined,
      cloud: { path, size: 1, etag: '', modifiedAtMs: 0, storageClass: undefined },
      verdict: {
        kind: 'ignored',
        because: { kind: 'not-a-path', fault: 'incomplete' },
        hiddenCopies: 1,
      },
    };
    const { signal } = new AbortController();
    const { steps } = await selectSteps({ route, rules: linux }, [entry], signal);
    assert.deepEqual(
      steps.map(({ refusal }) => refusal?.code),
      ['odd-entry'],
    );
  });

  function isSafe(path: string, rules: NameRules): boolean {
    const failure = unsafeName(path as FilePath, rules);
    if (failure !== undefined)
      assert.deepEqual([failure.code, failure.subject], ['unsafe-name', path]);
    return failure === undefined;
  }

  it('lead nowhere else, on any system', () => {
    for (const path of [
      '..',
      '../a',
      'a/../b',
      'a/..',
      '.',
      './a',
      '/a',
      '',
      'a//b',
      'a/',
      'a\0b',
    ]) {
      for (const rules of [linux, mac, windows]) assert.ok(!isSafe(path, rules), path);
    }
  });

  it('are all that Linux takes', () => {
    for (const path of hostileNames) assert.ok(isSafe(path, linux), path);
  });

  it('are not those of devices, nor ones that Windows would change', () => {
    const refused = [
      ...[
        'con',
        'CON',
        'a/nul',
        'nul.txt',
        'nul.tar.gz',
        'aux/b',
        'com1',
        'LPT9.log',
        'com¹',
        'prn ',
      ],
      ...['conin$', 'a.', 'a ', 'a./b', 'a /b', '...', 'a:b', 'a:stream', 'C:\\a', 'a\\b', 'a?b'],
      ...['a*', 'a<b', 'a>b', 'a|b', 'a"b', 'a\nb', 'a\u0001'],
    ];
    for (const path of refused) assert.ok(!isSafe(path, windows), path);
    const taken = ['console', 'com', 'com10', 'nul1', 'auxiliary.txt', '.a', ' a', 'a.b', 'icon'];
    for (const path of taken) assert.ok(isSafe(path, windows), path);
  });

  it('collide where one is a folder to the other, and the folder stays', () => {
    assert.deepEqual(collisions(['foo', 'foo.txt', 'foo/bar', 'foo/baz'], linux), [['foo', 'foo']]);
  });

  it('collide where the disk takes them for one, with all that is below them', () => {
    const paths = ['Docs/a', 'README', 'Readme', 'docs/b', 'docs/c/d', 'other'];
    assert.deepEqual(collisions(paths, linux), []);
    assert.deepEqual(collisions(paths, windows), [
      ['Readme', 'README'],
      ['docs/b', 'Docs'],
      ['docs/c/d', 'Docs'],
    ]);
    assert.deepEqual(collisions(['cafe\u0301', 'caf\u00e9'], mac), [['caf\u00e9', 'cafe\u0301']]);
    assert.deepEqual(collisions(['cafe\u0301', 'caf\u00e9'], linux), []);
  });

  it('leave nothing that collides among those that are restored', () => {
    const name = fc.constantFrom('a', 'A', 'b', 'B', 'é', 'e\u0301', 'É');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(names => names.join('/'));
    assertProperty(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), fc.boolean(), (paths, foldsNames) => {
        const sorted = paths.toSorted() as FilePath[];
        const refused = findCollisions(sorted, { platform: 'linux', foldsNames });
        // A disk: what each folder and file is called, by what the disk takes it for.
        const disk = new Map<string, string>();
        const fold = (text: string) => (foldsNames ? text.normalize('NFC').toLowerCase() : text);
        const put = (text: string, kind: string) => {
          const entry = `${kind} ${text}`;
          assert.equal(disk.get(fold(text)) ?? entry, entry);
          disk.set(fold(text), entry);
        };
        for (const kept of sorted.filter(each => !refused.has(each))) {
          const names = kept.split('/');
          for (let count = 1; count < names.length; count++) {
            put(names.slice(0, count).join('/'), 'folder');
          }
          put(kept, 'file');
        }
        // Nothing is refused without something in its way.
        if (refused.size > 0) assert.ok(disk.size > 0);
      }),
      { numRuns: 500 },
    );
  });

  function collisions(paths: readonly string[], rules: NameRules) {
    return [...findCollisions(paths as readonly FilePath[], rules)].toSorted();
  }
});
