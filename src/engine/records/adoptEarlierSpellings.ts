import type * as Sqlite from 'node:sqlite';
import { storeOf } from '../../protocol/endpoint';

/**
 * Gives the records of a store that an earlier version noted under its endpoint, as the settings
 * spelled it then, to the store itself. Where there are some of one path already, the later ones
 * count.
 */
export function adoptEarlierSpellings(database: Sqlite.DatabaseSync): void {
  if (spelledOtherwise(database).length === 0) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const owner of spelledOtherwise(database)) adopt(database, owner);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

interface OwnerRow {
  readonly id: number;
  readonly folder_id: string;
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
}

function spelledOtherwise(database: Sqlite.DatabaseSync): readonly OwnerRow[] {
  const rows = database.prepare('SELECT * FROM owners').all() as unknown as readonly OwnerRow[];
  return rows.filter(({ endpoint }) => storeOf(endpoint) !== endpoint);
}

function adopt(database: Sqlite.DatabaseSync, earlier: OwnerRow): void {
  const { id, folder_id: folderId, endpoint, bucket, prefix } = earlier;
  const store = storeOf(endpoint);
  const known = database
    .prepare(
      'SELECT id FROM owners WHERE folder_id = ? AND endpoint = ? AND bucket = ? AND prefix = ?',
    )
    .get(folderId, store, bucket, prefix) as { readonly id: number } | undefined;
  if (known === undefined) {
    database.prepare('UPDATE owners SET endpoint = ? WHERE id = ?').run(store, id);
    return;
  }
  for (const { table, key, time } of adopted) {
    const older =
      time === undefined
        ? ''
        : ` AND NOT EXISTS (SELECT 1 FROM ${table} AS known WHERE known.owner = ?
              AND known.${key} = ${table}.${key} AND known.${time} > ${table}.${time})`;
    const move = `UPDATE OR REPLACE ${table} SET owner = ? WHERE owner = ?${older}`;
    const ids = [known.id, id, ...(time === undefined ? [] : [known.id])];
    database.prepare(move).run(...ids);
    database.prepare(`DELETE FROM ${table} WHERE owner = ?`).run(id);
  }
  database.prepare('DELETE FROM owners WHERE id = ?').run(id);
}

/** The tables of records, what tells an owner's rows apart, and which of two is the later one. */
const adopted = [
  { table: 'receipts', key: 'path', time: 'proved_at' },
  { table: 'readings', key: 'path', time: 'hash_began' },
  { table: 'unfinished_files', key: 'path', time: undefined },
  { table: 'uploads', key: 'upload_id', time: 'used_at' },
] as const;
