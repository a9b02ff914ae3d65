import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';

import { readKey } from '../../../src/engine/disk/objectKey';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { statAt, scanLocal } from '../../../src/engine/scan/localScan';
import { isStagedFile, stagedFileName, newStagedFile } from '../../../src/engine/disk/stagedFile';
import type { FilePath } from '../../../src/protocol/folders';
import { writeTree } from '../../support/disk/localTree';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const names = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
  .filter(name => !/[/\0]/.test(name) && name !== '.' && name !== '..');

describe('Staged files', () => {
  it('have names that every disk holds, that are told from all others, and never twice the same', () => {
    assertProperty(
      fc.property(names, name => {
        const own = stagedFileName(name);
        assert.ok(Buffer.byteLength(own) <= 255, String(Buffer.byteLength(own)));
        assert.equal(Buffer.from(own).toString(), own);
        assert.ok(isStagedFile(own));
        assert.ok(isStagedFile(`a/${own}`) && isStagedFile(`${own}/a`));
        assert.ok(!isStagedFile(name) && !isStagedFile(`${own}0`));
        assert.notEqual(stagedFileName(name), own);
      }),
    );
  });

  it('lie beside the file that they are about', () => {
    for (const [path, folder] of [
      ['a.txt', ''],
      ['x/y/a.txt', 'x/y/'],
    ] as const) {
      const { stagedPath } = newStagedFile('displaced', '/root', path as FilePath);
      assert.ok(stagedPath.startsWith(`${folder}.a.txt.s3backup-`), stagedPath);
    }
  });

  it('are never scanned, nor seen when looked at, nor taken from a listing for a file', async () => {
    const folder = await temporaryFolder('own-names');
    try {
      const own = newStagedFile('temporary', folder.path, 'sub/a.txt' as FilePath).stagedPath;
      await writeTree(folder.path, { [own]: 'x', [`${own}-not`]: 'x', 'sub/a.txt': 'x' });
      const request = { root: folder.path, exclude: new ExcludeRules([]) };
      const seen: string[] = [];
      const signal = new AbortController().signal;
      for await (const batch of scanLocal({ ...request, start: '' as FilePath, signal })) {
        for (const entry of batch) if (entry.kind === 'file') seen.push(entry.file.path);
      }
      assert.deepEqual(seen.sort(), [`${own}-not`, join('sub', 'a.txt')].sort());
      assert.equal(statAt(request.root, own, request.exclude), undefined);
      assert.deepEqual(readKey('p/', `p/${own}`), { kind: 'not-a-path', because: 'staged-file' });
    } finally {
      await folder.remove();
    }
  });
});
