import type { Database } from '../database';
import { remainingInDatabase } from './remainingInDatabase';
import type { Unfinished } from './unfinished';

/** What is unfinished, in the engine's database. */
export function unfinishedInDatabase(database: Database): Unfinished {
  const remainingOf = remainingInDatabase(database);
  const forget = database.sqlite.prepare(
    `DELETE FROM remaining WHERE owner <> ? AND owner IN (
       SELECT id FROM owners WHERE folder_id = ?)`,
  );
  return {
    of: owner => ({ remaining: remainingOf(database.ownerId(owner)) }),
    forgetElsewhere(owner) {
      database.write(() => forget.run(database.ownerId(owner), owner.folderId));
    },
  };
}
