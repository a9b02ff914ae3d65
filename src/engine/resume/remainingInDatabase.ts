import type { FilePath } from '../../protocol';
import type { Database } from '../database';
import type { RemainingFiles } from './remainingFiles';

/** What batches have left of the folders with these numbers, for all windows to see. */
export function remainingInDatabase(database: Database): (owner: number) => RemainingFiles {
  const { sqlite } = database;
  const count = sqlite.prepare('SELECT count(*) AS count FROM remaining WHERE owner = ?');
  const select = sqlite.prepare('SELECT path FROM remaining WHERE owner = ?');
  const insert = sqlite.prepare('INSERT OR IGNORE INTO remaining VALUES (?, ?)');
  const remove = sqlite.prepare('DELETE FROM remaining WHERE owner = ? AND path = ?');
  const clear = sqlite.prepare('DELETE FROM remaining WHERE owner = ?');

  /** One commit for all of them: it costs as much as hundreds of rows. */
  function together(run: () => void): void {
    database.write(() => {
      sqlite.exec('BEGIN IMMEDIATE');
      try {
        run();
        sqlite.exec('COMMIT');
      } catch (error) {
        sqlite.exec('ROLLBACK');
        throw error;
      }
    });
  }

  return owner => ({
    get count() {
      return database.read(() => (count.get(owner) as { count: number }).count, 0);
    },
    paths() {
      const rows = database.read(() => select.all(owner), []);
      return rows.map(row => row['path'] as FilePath);
    },
    add(paths) {
      together(() => {
        for (const path of paths) insert.run(owner, path);
      });
    },
    remove(paths) {
      together(() => {
        for (const path of paths) remove.run(owner, path);
      });
    },
    clear() {
      database.write(() => clear.run(owner));
    },
  });
}
