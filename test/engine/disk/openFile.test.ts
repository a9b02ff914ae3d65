import assert from 'node:assert/strict';
import fs, {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';

import { withOpenFile } from '../../../src/engine/disk/openFile';
import type { FilePath } from '../../../src/protocol/folders';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

describe('openFile', () => {
  let folder: TemporaryFolder;
  let root: string;
  beforeEach(async function () {
    if (process.platform === 'win32') this.skip();
    folder = await temporaryFolder('open');
    root = join(folder.path, 'w');
    await writeTree(root, { 'd/e/f': 'mine', g: 'mine' });
    await writeTree(join(folder.path, 'outside'), { 'e/f': 'theirs', f: 'theirs' });
  });
  afterEach(async () => {
    mock.restoreAll();
    await folder.remove();
  });

  function read(path: string, from = root): Promise<string> {
    return withOpenFile(from, path as FilePath, ({ fd }) =>
      Promise.resolve(readFileSync(fd, 'utf8')),
    );
  }

  function replaceByLink(name: string, to: string): void {
    renameSync(join(root, name), join(folder.path, 'was'));
    symlinkSync(to, join(root, name));
  }

  /** As where the system does not say where an open file is. */
  function withoutProc(): void {
    mock.method(fs, 'readlinkSync', () => {
      throw new Error('There is no /proc.');
    });
  }

  for (const knows of ['where an open file is', 'nothing of open files']) {
    describe(`where the system says ${knows}`, () => {
      beforeEach(() => {
        if (knows.startsWith('nothing')) withoutProc();
      });

      it('opens files of the folder, and of one that was opened by a link', async () => {
        assert.equal(await read('d/e/f'), 'mine');
        assert.equal(await read('g'), 'mine');
        symlinkSync(root, join(folder.path, 'link'));
        assert.equal(await read('d/e/f', join(folder.path, 'link')), 'mine');
        assert.equal(await read('d/e/f', `${root}/`), 'mine');
      });

      it('follows no link, at whichever place of the way, wherever it leads', async () => {
        replaceByLink('d/e', join(folder.path, 'outside/e'));
        await assert.rejects(read('d/e/f'), { code: 'not-a-file' });
        rmSync(join(folder.path, 'was'), { recursive: true });
        replaceByLink('d', join(folder.path, 'outside'));
        await assert.rejects(read('d/e/f'), { code: 'not-a-file' });
        mkdirSync(join(root, 'inside'));
        writeFileSync(join(root, 'inside/f'), 'mine too');
        symlinkSync('inside', join(root, 'also'));
        await assert.rejects(read('also/f'), { code: 'not-a-file' });
      });
    });
  }

  it('lets nothing from outside into the bucket when a folder becomes a link after the plan', async () => {
    const bucket = memoryBucket();
    const project = new ProjectInMemory({ root, bucket });
    await project.compare();
    const { planId } = await project.plan({ kind: 'all' });
    replaceByLink('d', join(folder.path, 'outside'));
    const report = await project.engine.run(planId, new AbortController().signal);
    assert.deepEqual([report.done, report.skipped], [1, 1]);
    assert.deepEqual(report.reasons, { 'not-a-file': 1 });
    assert.deepEqual(bucket.keys, ['w/g']);
    project.engine.dispose();
  });
});
