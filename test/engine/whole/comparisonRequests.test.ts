import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import type { Bucket, ListedObject } from '../../../src/engine/ports/bucket';
import type { Engine } from '../../../src/engine/session/engine';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import { aFolder } from '../../support/engine/aFolder';
import { MovableClock } from '../../support/suite/movableClock';
import { startEngine } from '../../support/engine/startEngine';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { byUtf8 } from '../../support/memory/memoryObjects';

const files = 10_100;
const pageSize = 100;
const pages = Math.ceil(files / pageSize);
const placedAt = Date.UTC(2024, 0);

describe('The requests of a comparison', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let store: MemoryBucket;
  let clock: MovableClock;
  let engine: Engine;
  let setup: FolderSetup;
  let listed: ListedObject[];
  let asked: { lists: number; open: number; widest: number };
  let names: readonly string[];

  before(async () => {
    folder = await temporaryFolder('comparison-requests');
    names = Array.from({ length: files }, (_, n) => `d${String(n % 101)}/${String(n)}.txt`);
    for (const name of names) {
      const path = join(folder.path, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'same');
      utimesSync(path, placedAt / 1000 - 60, placedAt / 1000 - 60);
    }
  });
  after(() => folder.remove());

  beforeEach(() => {
    clock = new MovableClock();
    store = memoryBucket();
    listed = names.map(name => listedAs(name, 'e'));
    asked = { lists: 0, open: 0, widest: 0 };
    // Nothing is proved in the background.
    engine = startEngine({ bucket: listing(store) });
    engine.attend('away');
    setup = aFolder({ root: folder.path });
  });
  afterEach(() => {
    clock.restore();
    engine.dispose();
  });

  /** Lists what a test says; all else is asked of the bucket in memory. */
  function listing(bucket: MemoryBucket): Bucket {
    return {
      ...bucket,
      clockOffsetMs: 0,
      async *list({ prefix, after = '', signal }) {
        const rest = listed
          .filter(({ key }) => key.startsWith(prefix) && byUtf8(key, after) > 0)
          .sort((one, other) => byUtf8(one.key, other.key));
        asked.widest = Math.max(asked.widest, ++asked.open);
        try {
          for (let start = 0; start === 0 || start < rest.length; start += pageSize) {
            asked.lists++;
            await nextTurn();
            signal.throwIfAborted();
            yield rest.slice(start, start + pageSize);
          }
        } finally {
          asked.open--;
        }
      },
    };
  }

  it('are the pages of its list where nothing has changed, and a tenth more at the most in parallel', async () => {
    await engine.compare([setup], AbortSignal.timeout(50_000));
    assert.ok(asked.widest > 1, 'the list was read from one place');
    assert.ok(asked.lists >= pages && asked.lists <= pages * 1.1, `${String(asked.lists)} lists`);
    assert.deepEqual(store.calls, []);
    assert.equal(upToDate(), files);
  });

  it('are one more for each row in doubt and for no other, and none the next time', async () => {
    const doubted = ['d1/1.txt', 'd2/2.txt', 'd50/50.txt'];
    for (const name of doubted) {
      const late = placedAt / 1000 + 60;
      utimesSync(join(folder.path, name), late, late);
      store.place(`w/${name}`, 'some', { etag: 'no digest', modifiedAtMs: placedAt });
    }
    listed = names.map(name => listedAs(name, doubted.includes(name) ? 'no digest' : 'e'));
    clock.passRacyWindow();
    await engine.compare([setup], AbortSignal.timeout(50_000));
    assert.ok(asked.lists <= pages * 1.1, `${String(asked.lists)} lists`);
    const further = store.calls.map(({ operation, key }) => `${operation} ${key}`).sort();
    assert.deepEqual(
      further,
      doubted.map(name => `head w/${name}`),
    );
    await engine.compare([setup], AbortSignal.timeout(50_000));
    assert.equal(store.calls.length, doubted.length);
    assert.equal(upToDate(), files - doubted.length);
  });

  function upToDate(): number {
    const { rows } = engine.children({
      node: { folder: setup.id, group: 'up-to-date', path: '' as FilePath },
      layout: 'list',
      offset: 0,
      limit: 2 * files,
    });
    return rows.length;
  }
});

function listedAs(name: string, etag: string): ListedObject {
  return { key: `w/${name}`, size: 4, etag, modifiedAtMs: placedAt, storageClass: undefined };
}
