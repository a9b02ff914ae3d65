import { Database } from '../../../src/engine/records/database';
import type { JournalMode } from '../../../src/engine/records/sqlite';
import { Receipts } from '../../../src/engine/records/receiptStore';
import type { FilePath } from '../../../src/protocol/folders';

/** Writes receipts to the file without end and tells of each, until it is killed. */
function main(file: string, mode: JournalMode): void {
  const fail = (why: unknown) => {
    throw new Error('The file is broken, or cannot be written.', { cause: why });
  };
  const receipts = new Receipts(
    Database.open({ file, onBroken: fail, onError: fail, journalModeOn: () => mode }),
  ).of({
    folderId: 'f',
    store: 'AWS',
    bucket: 'b',
    prefix: '',
  });
  const write = (index: number) => {
    receipts.put({
      local: {
        path: `${String(index)}.txt` as FilePath,
        size: index,
        mtimeNs: 1n,
        ctimeNs: 1n,
        inode: 1n,
      },
      sha256: '',
      etag: '',
      crc32: undefined,
      versionId: undefined,
      hashBegan: 0,
      provedAt: 0,
    });
    process.send?.(index);
    setImmediate(write, index + 1);
  };
  write(0);
}

const [, , file, mode] = process.argv;
if (file !== undefined) main(file, mode === 'DELETE' ? 'DELETE' : 'WAL');
