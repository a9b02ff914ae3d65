import type { FolderSetup } from '../../../src/protocol/folders';

/** A folder of the workspace below `root`, backed up to `w/` of the bucket in memory. */
export function aFolder(differing: Partial<FolderSetup> & Pick<FolderSetup, 'root'>): FolderSetup {
  return {
    id: 'file:///w',
    folderId: 'f',
    name: 'w',
    bucket: 'memory',
    prefix: 'w/',
    settings: {},
    ...differing,
  };
}
