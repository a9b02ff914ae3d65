import { FolderRecords } from '../../../src/editor/targets/folderRecords';

/** The records in a folder, of which none is broken. */
export function recordsIn(folder: string): FolderRecords {
  return new FolderRecords(folder, {
    warn(message) {
      throw new Error(message);
    },
  });
}
