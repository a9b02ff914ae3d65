import assert from 'node:assert/strict';

import type { FolderIdentity } from '../../../src/engine/disk/folderIdentity';
import type { ReceiptOwner } from '../../../src/engine/records/receipts';
import { rootPath, type FilePath } from '../../../src/protocol/folders';
import { aLocalFile } from '../../support/engine/aFile';
import { receiptsInMemory } from '../../support/memory/recordsInMemory';

const outer: ReceiptOwner = { folderId: 'o', store: 'AWS', bucket: 'b', prefix: 'p/' };
const inner: ReceiptOwner = { ...outer, folderId: 'i', prefix: 'p/cards/' };

describe('Which volumes receipts are of', () => {
  const paths = ['card/1.jpg', 'card.txt', 'cards/1.jpg', 'x'] as const;

  function top(path: string, inode: string) {
    const identity: FolderIdentity = { volume: undefined, inode, madeAt: undefined };
    return { path: path as FilePath, identity };
  }

  function receiptsOf(owner: ReceiptOwner, ...kin: readonly ReceiptOwner[]) {
    const receipts = receiptsInMemory();
    const own = receipts.of(owner, kin);
    for (const path of paths) {
      own.put({
        local: aLocalFile({ path: path as FilePath }),
        sha256: 's',
        etag: 'e',
        crc32: undefined,
        versionId: undefined,
        hashBegan: 1,
        provedAt: 1,
      });
    }
    const doubted = () =>
      paths.filter(path => own.get(path as FilePath)?.freedAt !== undefined).toSorted();
    return { receipts, own, doubted };
  }

  it('doubts what is on a volume that comes, and on another one in its place', () => {
    const { own, doubted } = receiptsOf(outer);
    own.noteVolumes([top('', '1')]);
    assert.deepEqual(doubted(), []);
    own.noteVolumes([top('', '1'), top('card', '2')]);
    assert.deepEqual(doubted(), ['card/1.jpg']);
    own.noteVolumes([top('', '1')]);
    own.noteVolumes([top('', '1'), top('card', '2'), top('cards', '3')]);
    assert.deepEqual(doubted(), ['card/1.jpg', 'cards/1.jpg']);
    assert.deepEqual([...own.knownVolumes], [rootPath, 'card', 'cards']);
    own.noteVolumes([top('', '9')]);
    assert.deepEqual(doubted(), [...paths].toSorted());
  });

  it('doubts what another folder has proved of the same files', () => {
    const { receipts, doubted } = receiptsOf(outer);
    const opened = receipts.of(inner, [outer]);
    opened.noteVolumes([top('', '1')]);
    opened.noteVolumes([top('', '2')]);
    assert.deepEqual(doubted(), ['cards/1.jpg']);
  });
});
