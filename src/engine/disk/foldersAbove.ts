import type { FilePath } from '../../protocol/folders';

/** The folders that hold a file, from the top. */
export function* foldersAbove(path: FilePath): Generator<FilePath> {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    yield path.slice(0, end) as FilePath;
  }
}
