import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import promises, {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { type StagedFile, newStagedFile } from '../../../src/engine/disk/stagedFile';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import {
  describeRecovery,
  recoverStagedFiles,
  type Recovery,
} from '../../../src/engine/staging/recoverStagedFiles';
import type { FilePath } from '../../../src/protocol/folders';
import { killedWithEntries } from '../../support/processes/killedWithEntries';
import { writeTree } from '../../support/disk/localTree';
import { stagedFileSteps } from '../../support/processes/stagedFileWorker';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const path = 'folder/a.txt' as FilePath;
const bulky = Array.from({ length: 50 }, (_, n) => [`node_modules/${String(n)}/`, ''] as const);

describe('What an engine leaves behind', () => {
  let folder: TemporaryFolder;
  let journals: string;
  let root: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder('staging-journals');
    journals = join(folder.path, 'storage', 'staging-journals');
    root = join(folder.path, 'project');
    await mkdir(join(root, 'folder'), { recursive: true });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await folder.remove();
  });

  /** A process that has done its work up to a step, and is still alive. */
  async function startedUpTo(kind: StagedFile['kind'], step: string): Promise<ChildProcess> {
    const worker = join(__dirname, '..', '..', 'support', 'processes', 'stagedFileWorker.js');
    const child = fork(worker, [kind, journals, root, step]);
    children.push(child);
    await once(child, 'message');
    return child;
  }

  async function killedBefore(kind: StagedFile['kind'], step: string): Promise<void> {
    const child = await startedUpTo(kind, step);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async function recovered(): Promise<readonly Recovery[]> {
    const all: Recovery[] = [];
    const { signal } = new AbortController();
    const onRecovered = (recovery: Recovery) => {
      all.push(recovery);
      assert.ok(describeRecovery(recovery).message);
    };
    await recoverStagedFiles(journals, onRecovered, signal);
    return all;
  }

  const namesLeft = async () => (await readdir(join(root, 'folder'))).sort();
  const read = (name: string) => readFile(join(root, 'folder', name), 'utf8');

  for (const step of [...stagedFileSteps.displaced, 'nothing']) {
    it(`gives a displaced file its name back when killed before: ${step}`, async () => {
      await writeTree(root, { [path]: 'mine' });
      await killedBefore('displaced', step);
      await recovered();
      const isGone = step === 'end' || step === 'nothing';
      assert.deepEqual(await namesLeft(), isGone ? [] : ['a.txt']);
      if (!isGone) assert.equal(await read('a.txt'), 'mine');
      assert.deepEqual(await recovered(), [], 'There is nothing left to recover.');
    });
  }

  for (const step of [...stagedFileSteps.temporary, 'nothing']) {
    it(`leaves no temporary file when killed before: ${step}`, async () => {
      await killedBefore('temporary', step);
      await recovered();
      const isThere = step === 'end' || step === 'nothing';
      assert.deepEqual(await namesLeft(), isThere ? ['a.txt'] : []);
      assert.deepEqual(await recovered(), []);
    });
  }

  it('never puts a file back over one that is there now, and keeps both', async () => {
    await writeTree(root, { [path]: 'mine' });
    await killedBefore('displaced', 'unlink');
    await writeTree(root, { [path]: 'newer' });
    const [recovery] = await recovered();
    assert.ok(recovery?.kind === 'kept-beside');
    assert.equal(await read('a.txt'), 'newer');
    assert.match(recovery.keptAs, /^folder\/a \(kept [-\d]+ [.\d]+\)\.txt$/);
    assert.equal(await readFile(join(root, recovery.keptAs), 'utf8'), 'mine');
    assert.equal((await namesLeft()).length, 2);
    assert.deepEqual(await recovered(), []);
  });

  it('frees a name that a placeholder holds, before it looks whether it is free', async () => {
    const own = newStagedFile('displaced', root, path);
    const source = join(root, own.stagedPath);
    await writeTree(root, { [own.stagedPath]: 'mine', [path]: '' });
    const placeholder = { path: join(root, path), source, notedAt: Date.now() };
    await killedWithEntries(journals, [own], [placeholder]);
    const kinds = (await recovered()).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['placeholder-removed', 'put-back']);
    assert.deepEqual(await namesLeft(), ['a.txt']);
    assert.equal(await read('a.txt'), 'mine');
    assert.deepEqual(await recovered(), []);
  });

  it('leaves alone what an engine that still lives is working on', async () => {
    await writeTree(root, { [path]: 'mine' });
    const child = await startedUpTo('displaced', 'unlink');
    assert.deepEqual(await recovered(), []);
    const [displaced] = await namesLeft();
    assert.ok(displaced !== undefined && displaced !== 'a.txt');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal((await recovered())[0]?.kind, 'put-back');
    assert.deepEqual(await namesLeft(), ['a.txt']);
  });

  it('keeps an entry whose disk is not there, until it is', async () => {
    await writeTree(root, { [path]: 'mine' });
    await killedBefore('displaced', 'unlink');
    await rename(root, `${root}-away`);
    assert.equal((await recovered())[0]?.kind, 'left');
    await rename(`${root}-away`, root);
    assert.equal((await recovered())[0]?.kind, 'put-back');
    assert.equal(await read('a.txt'), 'mine');
  });

  it('finds files in the folder that was renamed meanwhile', async () => {
    await writeTree(root, { [path]: 'mine' });
    await killedBefore('displaced', 'unlink');
    await killedBefore('temporary', 'rename');
    await rename(join(root, 'folder'), join(root, 'other'));
    // Another folder has taken the name since.
    await writeTree(root, { 'folder/b.txt': 'b' });
    assert.deepEqual((await recovered()).map(({ kind }) => kind).sort(), ['put-back', 'removed']);
    assert.deepEqual(await readdir(join(root, 'other')), ['a.txt']);
    assert.equal(await readFile(join(root, 'other', 'a.txt'), 'utf8'), 'mine');
    assert.deepEqual(await namesLeft(), ['b.txt']);
    assert.deepEqual(await recovered(), []);
  });

  describe('in folders that are renamed or gone', () => {
    let reads: string[];
    let restoreReaddir = (): void => undefined;
    const folders = 3000;

    beforeEach(async () => {
      const tree: Record<string, string> = {};
      for (let number = 0; number < folders / 100; number++) {
        for (let inner = 0; inner < 99; inner++) {
          tree[`d${String(number)}/${String(inner)}/`] = '';
        }
      }
      await writeTree(root, tree);
      reads = [];
      const { readdir } = promises;
      const counted = (...args: Parameters<typeof readdir>) => {
        reads.push(String(args[0]));
        return readdir(...args);
      };
      Object.assign(promises, { readdir: counted });
      restoreReaddir = () => Object.assign(promises, { readdir });
    });
    afterEach(() => {
      restoreReaddir();
    });

    /** Entries of several killed engines, whose folder nobody has any more. */
    async function killedWithMissing(count: number): Promise<readonly StagedFile[]> {
      const entries = Array.from({ length: count }, (_, number) =>
        newStagedFile('displaced', root, `gone/${String(number)}.txt` as FilePath),
      );
      await killedWithEntries(journals, entries.slice(0, count / 2));
      await killedWithEntries(journals, entries.slice(count / 2));
      return entries;
    }

    it('reads no folder twice, however many files it looks for', async () => {
      await killedWithMissing(64);
      assert.deepEqual(await recovered(), []);
      assert.equal(new Set(reads).size, reads.length);
      assert.ok(reads.length > folders);
      assert.deepEqual(await recovered(), [], 'They are known to be gone.');
      assert.ok(reads.length < 2 * folders);
    });

    it('stops when the last one is found, and looks into bulky folders last', async () => {
      await writeTree(root, Object.fromEntries(bulky));
      const [own, other] = await killedWithMissing(2);
      assert.ok(own !== undefined && other !== undefined);
      await writeTree(root, {
        [`moved/${basename(own.stagedPath)}`]: 'mine',
        [`moved/${basename(other.stagedPath)}`]: 'mine',
      });
      const all = await recovered();
      assert.deepEqual(
        all.map(({ kind }) => kind),
        ['put-back', 'put-back'],
      );
      assert.deepEqual(
        reads.filter(each => each.includes('node_modules')),
        [],
      );
    });

    it('reads no folder for a file that is where it was noted', async () => {
      await writeTree(root, { [path]: 'mine' });
      await killedBefore('displaced', 'unlink');
      assert.deepEqual((await recovered())[0]?.kind, 'put-back');
      assert.deepEqual(reads, []);
    });

    it('ends with the engine, and goes on at the next start', async () => {
      await killedWithMissing(2);
      const ending = new AbortController();
      const recovering = recoverStagedFiles(journals, () => undefined, ending.signal);
      ending.abort();
      await recovering;
      assert.ok(reads.length < 100, String(reads.length));
      reads.splice(0);
      await recovered();
      assert.ok(reads.length > folders);
    });
  });

  it('fails where the folder of the journals cannot be read', async () => {
    await mkdir(dirname(journals), { recursive: true });
    await writeFile(journals, 'no folder');
    await assert.rejects(recovered(), { code: 'ENOTDIR' });
  });

  it('forgets a file whose folder was deleted', async () => {
    await writeTree(root, { [path]: 'mine' });
    await killedBefore('displaced', 'unlink');
    await rm(join(root, 'folder'), { recursive: true });
    assert.deepEqual(await recovered(), []);
  });

  it('says which journal it cannot read, and goes on with the others', async () => {
    await writeTree(root, { [path]: 'mine' });
    await killedBefore('displaced', 'unlink');
    await writeFile(join(journals, '0.sqlite'), 'this is no database, and long enough to tell');
    assert.deepEqual((await recovered()).map(({ kind }) => kind).sort(), [
      'journal-unreadable',
      'put-back',
    ]);
  });

  it('removes journals without entries, but for young ones', async () => {
    await killedBefore('displaced', 'begin');
    await writeTree(root, { [path]: 'mine' });
    await killedBefore('displaced', 'nothing');
    await recovered();
    const [name] = await readdir(journals);
    assert.ok(name !== undefined, 'It may belong to an engine that is just about to begin.');
    const old = Date.now() / 1000 - 100_000;
    await utimes(join(journals, name), old, old);
    await recovered();
    assert.deepEqual(await readdir(journals), []);
  });

  it('leaves no journal where it ended as it should', async () => {
    const journal = new SqliteStagingJournal(journals);
    const own = newStagedFile('temporary', root, path);
    journal.begin(own);
    journal.end(own);
    journal.close();
    assert.deepEqual(await readdir(journals), []);
  });

  it('makes no file that it cannot note', async () => {
    await mkdir(dirname(journals), { recursive: true });
    await writeFile(journals, 'no folder');
    const journal = new SqliteStagingJournal(journals);
    assert.throws(
      () => {
        journal.begin(newStagedFile('displaced', root, path));
      },
      { code: 'disk-error' },
    );
    journal.close();
  });
});
