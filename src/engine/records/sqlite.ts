import type * as Sqlite from 'node:sqlite';

/** Node's SQLite, loaded when it is asked for, so that the engine starts where there is none. */
export function loadSqlite(): typeof Sqlite {
  const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
  if (sqlite === undefined) throw new Error('This version of VS Code has no SQLite.');
  return sqlite;
}

/** The number by which SQLite tells what went wrong, as far as it is an error of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined;
}

/** Whether somebody else had the file locked, in whichever way. */
export function isBusy(error: unknown): boolean {
  return ((sqliteCode(error) ?? 0) & 0xff) === busy;
}

/** SQLite's code; those for the ways of it have more in the higher bits. */
const busy = 5;
