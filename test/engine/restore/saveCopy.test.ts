import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { EditorPort } from '../../../src/engine/ports/editorPort';
import { Failure } from '../../../src/engine/failures/failure';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { FilePath } from '../../../src/protocol/folders';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { failFirstFlush } from '../../support/disk/failingFlush';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const { signal } = new AbortController();

describe('Saving a cloud copy to a place', function () {
  this.timeout(120_000);
  let temporary: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  let place: string;
  let trashed: string[];
  const editor: EditorPort = {
    isUnsaved: () => Promise.resolve(false),
    moveToTrash: path => {
      trashed.push(readFileSync(path, 'utf8'));
      rmSync(path);
      return Promise.resolve('trashed');
    },
  };

  beforeEach(async () => {
    temporary = await temporaryFolder('save-copy');
    const root = join(temporary.path, 'w');
    place = join(temporary.path, 'elsewhere');
    mkdirSync(root);
    mkdirSync(place);
    trashed = [];
    bucket = memoryBucket({ versioning: 'enabled' });
    const journal = new SqliteStagingJournal(join(temporary.path, 'staging-journals'));
    project = new ProjectInMemory({ root, bucket, editor, journal });
  });
  afterEach(async () => {
    project.engine.dispose();
    await temporary.remove();
  });

  function save(path: string, name: string, versionId?: string): Promise<void> {
    const { setup, engine } = project;
    const version = versionId === undefined ? {} : { versionId };
    const to = join(place, name);
    return engine.saveCopy({ setup, path: path as FilePath, to, ...version }, signal);
  }

  function saved(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      readdirSync(place).map(name => [name, readFileSync(join(place, name), 'utf8')]),
    );
  }

  it('writes it under the name that was chosen, with the time of the file', async () => {
    bucket.place('w/far/a.txt', 'content', { metadata: { mtime: '1400000000.5' } });
    await save('far/a.txt', 'b.txt');
    assert.deepEqual(saved(), { 'b.txt': 'content' });
    assert.equal(statSync(join(place, 'b.txt')).mtimeMs, 1_400_000_000_500);
  });

  it('writes one in many ranges whole', async () => {
    const body = Buffer.alloc(
      (20 << 20) + 7,
      'no part is like another: 7 and 8 MiB are no multiples of this',
    );
    bucket.place('w/large', body);
    await save('large', 'large');
    assert.ok(readFileSync(join(place, 'large')).equals(body));
  });

  it('leaves nothing where the disk has lost bytes on the way, though it flushes the rest', async () => {
    const { restore } = await failFirstFlush('EIO');
    try {
      bucket.place('w/large', Buffer.alloc(80 << 20, 'many bytes'));
      await assert.rejects(
        save('large', 'large'),
        (error: unknown) => error instanceof Failure && error.code === 'disk-error',
      );
    } finally {
      restore();
    }
    assert.deepEqual(saved(), {});
  });

  it('writes a version as it was', async () => {
    bucket.place('w/a.txt', 'first');
    const first = await bucket.head({ key: 'w/a.txt', signal });
    bucket.place('w/a.txt', 'second');
    await save('a.txt', 'a.txt', first?.versionId);
    assert.deepEqual(saved(), { 'a.txt': 'first' });
  });

  it('lets what is there go the way of what restores replace', async () => {
    writeFileSync(join(place, 'a.txt'), 'mine');
    bucket.place('w/a.txt', 'theirs');
    await save('a.txt', 'a.txt');
    assert.deepEqual(saved(), { 'a.txt': 'theirs' });
    assert.deepEqual(trashed, ['mine']);
  });

  it('leaves all as it was where there is no copy, or not the one that the store names', async () => {
    writeFileSync(join(place, 'a.txt'), 'mine');
    bucket.place('w/torn.txt', 'torn', { etag: '0'.repeat(32) });
    for (const [path, code] of [
      ['none.txt', 'no-such-key'],
      ['torn.txt', 'not-as-stored'],
    ] as const) {
      await assert.rejects(
        save(path, 'a.txt'),
        (error: unknown) => error instanceof Failure && error.code === code,
        path,
      );
    }
    assert.deepEqual(saved(), { 'a.txt': 'mine' });
    assert.deepEqual(trashed, []);
  });

  it('does not write over a folder', async () => {
    mkdirSync(join(place, 'a.txt'));
    bucket.place('w/a.txt', 'theirs');
    await assert.rejects(
      save('a.txt', 'a.txt'),
      (error: unknown) => error instanceof Failure && error.code === 'in-the-way',
    );
  });
});
