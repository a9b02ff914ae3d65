import { unfinishedInMemory, type FolderUnfinished } from '../../../src/engine/records/unfinished';

/** What is under way of a folder of which nothing has ever been sent. */
export function nothingUnfinished(): FolderUnfinished {
  const owner = { folderId: 'f', endpoint: 'memory', bucket: 'memory', prefix: 'w/' };
  return unfinishedInMemory().of(owner);
}
