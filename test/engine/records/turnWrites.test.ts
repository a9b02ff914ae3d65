import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import type { FilePath } from '../../../src/protocol/folders';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { aLocalFile } from '../../support/engine/aFile';
import { assertProperty } from '../../support/suite/assertProperty';
import { eventually } from '../../support/suite/eventually';

const owner = { folderId: 'f', store: 'AWS', bucket: 'b', prefix: 'p/' };

describe('What is written in one turn', () => {
  let folder: TemporaryFolder;
  let database: Database;
  let other: DatabaseSync;
  let troubles: unknown[];
  beforeEach(async () => {
    folder = await temporaryFolder('turn');
    troubles = [];
    const file = join(folder.path, 'records.sqlite');
    database = Database.open({
      file,
      onBroken: () => {
        assert.fail('The file is whole.');
      },
      onError: why => troubles.push(why),
    });
    other = new DatabaseSync(file);
    other.exec('PRAGMA busy_timeout = 0');
    database.sqlite.exec('CREATE TABLE t (n INTEGER PRIMARY KEY)');
  });
  afterEach(async () => {
    database.close();
    other.close();
    await folder.remove();
  });

  const insert = (n: number) => () => database.sqlite.prepare('INSERT INTO t VALUES (?)').run(n);

  /** What another process can read, and a killed one has left. */
  const kept = () =>
    other
      .prepare('SELECT n FROM t ORDER BY n')
      .all()
      .map(row => row['n']);

  it('is seen by others when its promise has resolved, and all of it at once', async () => {
    const first = database.writeSoon(insert(1));
    const second = database.writeSoon(insert(2));
    assert.deepEqual(kept(), []);
    await first;
    assert.deepEqual(kept(), [1, 2]);
    await second;
  });

  it('is written before what is to be written at once', () => {
    void database.writeSoon(insert(1));
    database.write(() => database.sqlite.prepare('INSERT INTO t SELECT max(n) + 1 FROM t').run());
    assert.deepEqual(kept(), [1, 2]);
  });

  it('keeps nobody from being written where one fails', async () => {
    await assertProperty(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 12 }), async fails => {
        database.sqlite.exec('DELETE FROM t');
        const fail = () => {
          throw new Error('no room');
        };
        const all = fails.map((isFailing, n) => database.writeSoon(isFailing ? fail : insert(n)));
        const asked = database.askSoon(() => 'asked');
        await Promise.all(all);
        assert.equal(await asked, 'asked');
        const written = fails.flatMap((isFailing, n) => (isFailing ? [] : [n]));
        assert.deepEqual(kept(), written);
      }),
      { numRuns: 30 },
    );
  });

  it('waits where another process has the file locked, and questions are told so', async () => {
    other.exec('BEGIN IMMEDIATE');
    const writing = database.writeSoon(insert(1));
    void database.writeSoon(insert(2));
    assert.equal(await database.askSoon(() => 1), 'locked');
    await writing;
    other.exec('COMMIT');
    await eventually(() => {
      assert.deepEqual(kept(), [1, 2]);
    });
    assert.deepEqual(troubles, []);
  });

  it('is written when the file is closed', () => {
    void database.writeSoon(insert(1));
    database.close();
    assert.deepEqual(kept(), [1]);
    database = Database.inMemory();
  });

  it('is a receipt that is read at once, and kept when the promise has resolved', async () => {
    const receipts = new Receipts(database);
    const mine = receipts.of(owner);
    const local = aLocalFile({ path: 'a' as FilePath, size: 1 });
    const receipt = {
      ...{ local, sha256: 's', etag: 'e', crc32: undefined, versionId: undefined },
      ...{ hashBegan: 1, provedAt: 1 },
    };
    const putting = mine.putSoon(receipt);
    assert.deepEqual(mine.get('a' as FilePath), receipt);
    await putting;
    await nextTurn();
    assert.equal(other.prepare('SELECT path FROM receipts').all().length, 1);
    assert.deepEqual(mine.get('a' as FilePath), receipt);
  });
});
