import type { Database } from './database';
import { keptUploadsInDatabase } from './uploadStoreInDatabase';
import { remainingInDatabase } from './unfinishedFilesInDatabase';
import { unfinishedInMemory, type Unfinished } from './unfinished';

/**
 * What is unfinished, in the engine's database; of a folder that cannot be written there, as long as
 * the engine lives.
 */
export function unfinishedInDatabase(database: Database): Unfinished {
  const remainingOf = remainingInDatabase(database);
  const uploads = keptUploadsInDatabase(database);
  const forget = database.sqlite.prepare(
    `DELETE FROM remaining WHERE owner <> ? AND owner IN (
       SELECT id FROM owners WHERE folder_id = ?)`,
  );
  const unkept = unfinishedInMemory();

  return {
    of(owner) {
      // Asked anew each time: what is locked now may be written later.
      const now = () => {
        const id = database.ownerId(owner);
        return id === undefined
          ? unkept.of(owner)
          : { remaining: remainingOf(id), uploads: uploads.of(id) };
      };
      return {
        get remaining() {
          return now().remaining;
        },
        get uploads() {
          return now().uploads;
        },
      };
    },
    uploadsAt: endpoint => [...uploads.at(endpoint), ...unkept.uploadsAt(endpoint)],
    forgetElsewhere(owner) {
      const id = database.ownerId(owner);
      if (id === undefined) unkept.forgetElsewhere(owner);
      else database.write(() => forget.run(id, owner.folderId));
    },
  };
}
