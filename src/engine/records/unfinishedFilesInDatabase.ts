import type { FilePath } from '../../protocol/folders';
import type { Database } from './database';
import { unwritten } from './unwritten';
import type { UnfinishedFilesStore } from './unfinishedFiles';

/** What batches have left of the folders with these numbers, for all windows to see. */
export function remainingInDatabase(database: Database): (owner: number) => UnfinishedFilesStore {
  const { sqlite } = database;
  const count = sqlite.prepare('SELECT count(*) AS count FROM remaining WHERE owner = ?');
  const select = sqlite.prepare('SELECT path FROM remaining WHERE owner = ?');
  const insert = sqlite.prepare('INSERT OR IGNORE INTO remaining VALUES (?, ?)');
  const remove = sqlite.prepare('DELETE FROM remaining WHERE owner = ? AND path = ?');
  const clear = sqlite.prepare('DELETE FROM remaining WHERE owner = ?');

  /** One commit for all of them: it costs as much as hundreds of rows. */
  function together(run: () => void, onSettled: () => void): void {
    database.write(() => {
      sqlite.exec('BEGIN IMMEDIATE');
      try {
        run();
        sqlite.exec('COMMIT');
      } catch (error) {
        sqlite.exec('ROLLBACK');
        throw error;
      }
    }, onSettled);
  }

  const waiting = unwritten<true>();

  function noted(owner: number, paths: readonly FilePath[], row: true | undefined): () => void {
    const settled = paths.map(path => waiting.note(owner, path, row));
    return () => {
      for (const settle of settled) settle();
    };
  }

  function pathsOf(owner: number): readonly FilePath[] {
    const rows = database.read(() => select.all(owner), []);
    const paths = new Set(rows.map(row => row['path'] as FilePath));
    for (const [path, { row }] of waiting.of(owner)) {
      if (row === undefined) paths.delete(path as FilePath);
      else paths.add(path as FilePath);
    }
    return [...paths];
  }

  return owner => ({
    get count() {
      if (waiting.of(owner).size > 0) return pathsOf(owner).length;
      return database.read(() => (count.get(owner) as { count: number }).count, 0);
    },
    paths: () => pathsOf(owner),
    add(paths) {
      together(
        () => {
          for (const path of paths) insert.run(owner, path);
        },
        noted(owner, paths, true),
      );
    },
    remove(paths) {
      together(
        () => {
          for (const path of paths) remove.run(owner, path);
        },
        noted(owner, paths, undefined),
      );
    },
    clear() {
      database.write(() => clear.run(owner), noted(owner, pathsOf(owner), undefined));
    },
  });
}
