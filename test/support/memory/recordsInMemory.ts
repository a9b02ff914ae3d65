import { Database } from '../../../src/engine/records/database';
import { Receipts, type FolderReceipts } from '../../../src/engine/records/receiptStore';
import { Unfinished, type FolderUnfinished } from '../../../src/engine/records/unfinished';
import type { UploadStore } from '../../../src/engine/records/uploadStore';

const owner = { folderId: 'f', store: 'memory', bucket: 'memory', prefix: 'w/' };

/** Receipts that no engine closes: tests look into them afterwards, or pass them to the next one. */
export function receiptsInMemory(): Receipts {
  return new ReceiptsInMemory(Database.inMemory());
}

class ReceiptsInMemory extends Receipts {
  override close(): void {
    // The database goes with the test.
  }
}

export function unfinishedInMemory(): Unfinished {
  return new Unfinished(Database.inMemory());
}

/** The receipts of a folder that has none yet. */
export function noReceipts(): FolderReceipts {
  return receiptsInMemory().of(owner);
}

/** What is unfinished of a folder of which nothing has ever been sent. */
export function nothingUnfinished(): FolderUnfinished {
  return unfinishedInMemory().of(owner);
}

/** The uploads of a folder that has begun none. */
export function noUploads(): UploadStore {
  return nothingUnfinished().uploads;
}
