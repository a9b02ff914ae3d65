import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../../../dev/repositoryRoot';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import { Unfinished } from '../../../src/engine/records/unfinished';
import type { FilePath } from '../../../src/protocol/folders';
import { aLocalFile } from '../../support/engine/aFile';

/** One small file of each schema that a release has written; none is ever changed. */
const fixtures = join(repositoryRoot, 'test', 'fixtures', 'records');
const owner = { folderId: 'f', store: 'AWS', bucket: 'b', prefix: 'p/' };
const local = aLocalFile({
  path: 'd/ü.txt' as FilePath,
  size: 3,
  mtimeNs: 1_700_000_000_123_456_789n,
  ctimeNs: 1_700_000_001_000_000_001n,
  inode: 0xffff_ffff_ffff_fff0n,
});
const receipt = {
  local,
  sha256: 'ab'.repeat(32),
  etag: 'e-2',
  crc32: 'AAAAAA==',
  versionId: 'v1',
  hashBegan: 1_700_000_010_000,
  provedAt: 1_700_000_010_500.25,
  freedAt: 1_700_000_020_000,
};
const reading = {
  local: { ...local, path: 'other' as FilePath },
  etag: 'o',
  cloud: 'different',
  sha256: 'cd'.repeat(32),
  hashBegan: 1_700_000_010_000,
} as const;
const upload = {
  upload: { key: 'p/large', uploadId: 'u', checksum: 'crc32' },
  local: { ...local, path: 'large' as FilePath },
  partSize: 8 << 20,
  intent: 'finish',
  usedAt: 1_700_000_030_000,
} as const;

describe('The records of each earlier version', () => {
  let temporary: TemporaryFolder;
  beforeEach(async () => {
    temporary = await temporaryFolder('schemas');
  });
  afterEach(() => temporary.remove());

  function open(file: string): Database {
    const fail = (...why: readonly unknown[]) => assert.fail(why.map(String).join());
    return Database.open({ file, onBroken: fail, onError: fail });
  }

  /** As this version writes them. */
  function write(file: string): number {
    const database = open(file);
    const receipts = new Receipts(database).of(owner);
    receipts.put(receipt);
    receipts.remember(reading);
    const unfinished = new Unfinished(database).of(owner);
    unfinished.files.add(['left' as FilePath]);
    unfinished.uploads.keep(upload);
    const row = database.sqlite.prepare('PRAGMA user_version').get();
    database.sqlite.exec('PRAGMA journal_mode = DELETE');
    database.close();
    return Number(row?.['user_version']);
  }

  it('are kept as a file for the present schema, too', () => {
    const written = join(temporary.path, 'records.sqlite');
    const version = write(written);
    const fixture = join(fixtures, `schema-${String(version)}.sqlite`);
    assert.ok(existsSync(fixture), `Copy ${written} to ${fixture} before it is removed.`);
  });

  for (const name of readdirSync(fixtures).filter(each => each.endsWith('.sqlite'))) {
    it(`can be read and written (${name})`, () => {
      const file = join(temporary.path, name);
      copyFileSync(join(fixtures, name), file);
      const database = open(file);
      const receipts = new Receipts(database).of(owner);
      assert.deepEqual(receipts.get(local.path), receipt);
      assert.deepEqual(receipts.reading(reading.local.path), reading);
      const unfinished = new Unfinished(database).of(owner);
      assert.deepEqual(unfinished.files.paths(), ['left']);
      assert.deepEqual(unfinished.uploads.of(upload.local.path), [upload]);
      receipts.put({ ...receipt, etag: 'later' });
      assert.equal(receipts.get(local.path)?.etag, 'later');
      database.close();
    });
  }
});
