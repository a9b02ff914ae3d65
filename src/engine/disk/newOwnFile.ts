import type { FilePath } from '../../protocol/folders';
import { childPath, fileName, parentPath } from './filePath';
import { stagedFileName, type StagedFile } from './stagedFile';

/** A file of our own beside `path`. It is noted in the journal before it comes into being. */
export function newStagedFile(kind: StagedFile['kind'], root: string, path: FilePath): StagedFile {
  const ownPath = childPath(parentPath(path), stagedFileName(fileName(path)));
  return { kind, root, path, ownPath };
}
