import assert from 'node:assert/strict';
import { join } from 'node:path';

import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import type { Receipt, ReceiptOwner } from '../../../src/engine/records/receipts';
import { Unfinished } from '../../../src/engine/records/unfinished';
import type { StoredUpload } from '../../../src/engine/records/uploadStore';
import type { FilePath } from '../../../src/protocol/folders';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const owner: ReceiptOwner = {
  folderId: 'f',
  store: 's3.example.com',
  bucket: 'b',
  prefix: 'p/',
};
/** As earlier versions noted it. */
const spelled: ReceiptOwner = { ...owner, store: 'https://S3.Example.com:443' };

describe('Records under an earlier spelling of the store', () => {
  let folder: TemporaryFolder;
  let opened: Database | undefined;
  beforeEach(async () => {
    folder = await temporaryFolder('spellings');
  });
  afterEach(async () => {
    opened?.close();
    opened = undefined;
    await folder.remove();
  });

  /** Opens the file as the next window does. */
  function openAgain(): { readonly receipts: Receipts; readonly unfinished: Unfinished } {
    opened?.close();
    opened = Database.open({
      file: join(folder.path, 'receipts.sqlite'),
      onBroken: () => assert.fail('The file is whole.'),
      onError: why => assert.fail(String(why)),
    });
    return { receipts: new Receipts(opened), unfinished: new Unfinished(opened) };
  }

  it('are those of the store itself', () => {
    const before = openAgain();
    before.receipts.of(spelled).put(receiptOf('a.txt', 1));
    before.receipts.of(spelled).remember(readingOf('b.txt', 1));
    before.unfinished.of(spelled).files.add(['c.txt' as FilePath]);
    before.unfinished.of(spelled).uploads.keep(uploadOf('u', 1));
    const { receipts, unfinished } = openAgain();
    assert.deepEqual(receipts.of(owner).get('a.txt' as FilePath), receiptOf('a.txt', 1));
    assert.deepEqual(receipts.of(owner).reading('b.txt' as FilePath), readingOf('b.txt', 1));
    assert.deepEqual(unfinished.of(owner).files.paths(), ['c.txt']);
    assert.deepEqual(unfinished.uploadsAt(owner.store), [{ owner, stored: uploadOf('u', 1) }]);
  });

  it('are joined with those of the store, of which the later ones count', () => {
    const before = openAgain();
    const [theirs, ours] = [before.receipts.of(spelled), before.receipts.of(owner)];
    for (const path of ['only', 'earlier', 'later']) theirs.put(receiptOf(path, 5));
    ours.put(receiptOf('own', 1));
    ours.put(receiptOf('earlier', 9));
    ours.put(receiptOf('later', 1));
    before.unfinished.of(spelled).files.add(['c.txt', 'd.txt'] as FilePath[]);
    before.unfinished.of(owner).files.add(['c.txt' as FilePath]);
    before.unfinished.of(spelled).uploads.keep(uploadOf('u', 5));
    before.unfinished.of(owner).uploads.keep(uploadOf('u', 1));
    const { receipts, unfinished } = openAgain();
    const proved = [...receipts.of(owner).all().values()].map(each => [
      each.local.path,
      each.provedAt,
    ]);
    assert.deepEqual(Object.fromEntries(proved), { only: 5, earlier: 9, later: 5, own: 1 });
    assert.equal(receipts.of(spelled).all().size, 0);
    assert.deepEqual([...unfinished.of(owner).files.paths()].sort(), ['c.txt', 'd.txt']);
    assert.deepEqual(unfinished.uploadsAt(owner.store), [{ owner, stored: uploadOf('u', 5) }]);
  });

  it('stay with their folder, bucket and prefix', () => {
    const others = [
      { ...spelled, folderId: 'g' },
      { ...spelled, bucket: 'c' },
      { ...spelled, prefix: '' },
      { ...spelled, store: 'https://s3.example.com:8443' },
    ];
    const before = openAgain();
    for (const other of others) before.receipts.of(other).put(receiptOf('a.txt', 1));
    const { receipts } = openAgain();
    assert.equal(receipts.of(owner).all().size, 0);
    for (const [index, other] of others.entries()) {
      const store = index < 3 ? owner.store : 's3.example.com:8443';
      assert.equal(receipts.of({ ...other, store }).all().size, 1);
    }
  });
});

const local = (path: string) => ({
  path: path as FilePath,
  size: 1,
  mtimeNs: 1n,
  ctimeNs: 1n,
  inode: 1n,
});

function receiptOf(path: string, provedAt: number): Receipt {
  return {
    local: local(path),
    sha256: 'x',
    etag: 'e',
    crc32: undefined,
    versionId: undefined,
    hashBegan: 1,
    provedAt,
  };
}

function readingOf(path: string, hashBegan: number) {
  return { local: local(path), etag: 'e', cloud: 'different', sha256: 'x', hashBegan } as const;
}

function uploadOf(uploadId: string, usedAt: number): StoredUpload {
  const upload = { key: 'k', uploadId, checksum: 'crc32' } as const;
  return { upload, local: local('big'), partSize: 1, intent: 'finish', usedAt };
}
