import { receiptsInMemory, type FolderReceipts } from '../../../src/engine/records/receipts';

/** The receipts of a folder that has none yet. */
export function noReceipts(): FolderReceipts {
  return receiptsInMemory('a test').of({
    folderId: 'f',
    endpoint: 'memory',
    bucket: 'memory',
    prefix: 'w/',
  });
}
