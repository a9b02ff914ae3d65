import { statfsSync } from 'node:fs';
import type * as Sqlite from 'node:sqlite';
import { found } from '../failures/found';

/** Returns Node's SQLite, loaded on demand. Throws if this version of Node has none. */
export function loadSqlite(): typeof Sqlite {
  const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
  if (sqlite === undefined) throw found`this version of VS Code has no SQLite`;
  return sqlite;
}

/** How SQLite protects a transaction that is not complete yet. */
export type JournalMode = 'WAL' | 'DELETE';

/**
 * Returns the journal mode for files in a folder. The write-ahead log needs memory that all windows
 * share, and so does not work on a network disk (https://sqlite.org/wal.html,
 * https://sqlite.org/useovernet.html), where a home folder may lie.
 */
export function journalModeOn(folder: string): JournalMode {
  const isRemote =
    process.platform === 'linux'
      ? remoteSystems.has(statfsSync(folder).type)
      : folder.startsWith('\\\\');
  return isRemote ? 'DELETE' : 'WAL';
}

/** By their numbers in statfs(2): NFS, SMB, CIFS, SMB2, 9P, and everything over FUSE. */
const remoteSystems = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

/** Result codes: https://sqlite.org/rescode.html */
export const sqliteCodes = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

/** Whether an error of SQLite's has one of these primary result codes. */
export function hasSqliteCode(error: unknown, ...codes: readonly number[]): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  // Extended codes have more in the higher bits.
  return codes.includes(Number(error.errcode) & 0xff);
}

/** Whether another process or thread had the file locked. */
export function isBusy(error: unknown): boolean {
  return hasSqliteCode(error, sqliteCodes.busy);
}
