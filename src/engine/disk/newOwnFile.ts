import type { FilePath } from '../../protocol/folders';
import { childPath, fileName, parentPath } from './filePath';
import { ownFileName, type OwnFile } from './stagedFile';

/** A file of our own beside `path`. It is noted in the journal before it comes into being. */
export function newOwnFile(kind: OwnFile['kind'], root: string, path: FilePath): OwnFile {
  const ownPath = childPath(parentPath(path), ownFileName(fileName(path)));
  return { kind, root, path, ownPath };
}
