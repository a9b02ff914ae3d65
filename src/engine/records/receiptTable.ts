import type { StatementSync } from 'node:sqlite';
import type { FilePath } from '../../protocol/folders';
import type { FolderIdentity } from '../disk/folderIdentity';
import type { Database } from './database';
import { fromRow, localFileColumns, type LocalFileRow } from './localFileColumns';
import { PendingRows } from './pendingRows';
import { neverSettled, type Reading, type Receipt } from './receipts';

/** The tables of receipts and readings, by the numbers of their owners. */
export class ReceiptTable {
  readonly #database: Database;
  readonly #selectAll: StatementSync;
  readonly #selectOne: StatementSync;
  readonly #replace: StatementSync;
  readonly #delete: StatementSync;
  readonly #selectReading: StatementSync;
  readonly #selectDiffering: StatementSync;
  readonly #replaceReading: StatementSync;
  readonly #selectRoot: StatementSync;
  readonly #updateRoot: StatementSync;
  readonly #doubtAll: StatementSync;
  readonly #pending = new PendingRows<Receipt>();
  readonly #pendingReadings = new PendingRows<Reading>();

  constructor(database: Database) {
    this.#database = database;
    const { sqlite } = database;
    const selecting = (sql: string) => {
      const statement = sqlite.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    this.#selectAll = selecting('SELECT * FROM receipts WHERE owner = ?');
    this.#selectOne = selecting('SELECT * FROM receipts WHERE owner = ? AND path = ?');
    this.#replace = sqlite.prepare(
      'INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#delete = sqlite.prepare('DELETE FROM receipts WHERE owner = ? AND path = ?');
    this.#selectReading = selecting('SELECT * FROM readings WHERE owner = ? AND path = ?');
    this.#selectDiffering = selecting(
      "SELECT * FROM readings WHERE owner = ? AND cloud = 'different'",
    );
    this.#replaceReading = sqlite.prepare(
      'INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#selectRoot = sqlite.prepare('SELECT root FROM owners WHERE id = ?');
    this.#updateRoot = sqlite.prepare('UPDATE owners SET root = ? WHERE id = ?');
    this.#doubtAll = sqlite.prepare(
      'UPDATE receipts SET hash_began = ?, freed_at = coalesce(freed_at, ?) WHERE owner = ?',
    );
  }

  /** The folder that an owner's receipts are of, if that was noted. */
  root(owner: number): FolderIdentity | undefined {
    const find = () => this.#selectRoot.get(owner) as { readonly root: string | null } | undefined;
    const text = this.#database.read(find, undefined)?.root ?? undefined;
    return text === undefined ? undefined : (JSON.parse(text) as FolderIdentity);
  }

  putRoot(owner: number, root: FolderIdentity): void {
    this.#database.write(() => this.#updateRoot.run(JSON.stringify(root), owner));
  }

  /** Puts another folder, and lets no receipt of the earlier one prove anything of it. */
  replaceRoot(owner: number, root: FolderIdentity, at: number): void {
    this.#database.writeTogether(() => {
      this.#doubtAll.run(neverSettled, at, owner);
      this.#updateRoot.run(JSON.stringify(root), owner);
    });
  }

  all(owner: number): Map<FilePath, Receipt> {
    const receipts = new Map<FilePath, Receipt>();
    this.#database.read(() => {
      for (const row of this.#selectAll.iterate(owner)) {
        const receipt = toReceipt(row as unknown as ReceiptRow);
        receipts.set(receipt.local.path, receipt);
      }
    }, undefined);
    for (const [path, { row }] of this.#pending.of(owner)) {
      if (row === undefined) receipts.delete(path as FilePath);
      else receipts.set(row.local.path, row);
    }
    return receipts;
  }

  get(owner: number, path: FilePath): Receipt | undefined {
    const pending = this.#pending.find(owner, path);
    if (pending !== undefined) return pending.row;
    const find = () => this.#selectOne.get(owner, path) as unknown as ReceiptRow | undefined;
    const row = this.#database.read(find, undefined);
    return row && toReceipt(row);
  }

  put(owner: number, receipt: Receipt): void {
    const { local, sha256, etag, crc32, versionId, hashBegan, provedAt, freedAt } = receipt;
    this.#database.write(
      () =>
        this.#replace.run(
          owner,
          ...localFileColumns(local),
          sha256,
          etag,
          crc32 ?? null,
          versionId ?? null,
          hashBegan,
          provedAt,
          freedAt ?? null,
        ),
      this.#pending.add(owner, local.path, receipt),
    );
  }

  delete(owner: number, path: FilePath): void {
    const onSettled = this.#pending.add(owner, path, undefined);
    this.#database.write(() => this.#delete.run(owner, path), onSettled);
  }

  reading(owner: number, path: FilePath): Reading | undefined {
    const pending = this.#pendingReadings.find(owner, path);
    if (pending !== undefined) return pending.row;
    const find = () => this.#selectReading.get(owner, path) as unknown as ReadingRow | undefined;
    const row = this.#database.read(find, undefined);
    return row && toReading(row);
  }

  differing(owner: number): Map<FilePath, Reading> {
    const readings = new Map<FilePath, Reading>();
    this.#database.read(() => {
      for (const row of this.#selectDiffering.iterate(owner)) {
        const reading = toReading(row as unknown as ReadingRow);
        readings.set(reading.local.path, reading);
      }
    }, undefined);
    for (const [path, { row }] of this.#pendingReadings.of(owner)) {
      if (row?.cloud === 'different') readings.set(row.local.path, row);
      else readings.delete(path as FilePath);
    }
    return readings;
  }

  putReading(owner: number, reading: Reading): void {
    const { local, etag, cloud, sha256, hashBegan } = reading;
    this.#database.write(
      () =>
        this.#replaceReading.run(owner, ...localFileColumns(local), etag, cloud, sha256, hashBegan),
      this.#pendingReadings.add(owner, local.path, reading),
    );
  }
}

interface ReceiptRow extends LocalFileRow {
  readonly sha256: string;
  readonly etag: string;
  readonly crc32: string | null;
  readonly version_id: string | null;
  readonly hash_began: number;
  readonly proved_at: number;
  readonly freed_at: number | null;
}

function toReceipt(row: ReceiptRow): Receipt {
  return {
    local: fromRow(row),
    sha256: row.sha256,
    etag: row.etag,
    crc32: row.crc32 ?? undefined,
    versionId: row.version_id ?? undefined,
    hashBegan: row.hash_began,
    provedAt: row.proved_at,
    ...(row.freed_at !== null && { freedAt: row.freed_at }),
  };
}

interface ReadingRow extends LocalFileRow {
  readonly etag: string;
  readonly cloud: Reading['cloud'];
  readonly sha256: string;
  readonly hash_began: number;
}

function toReading(row: ReadingRow): Reading {
  const { etag, cloud, sha256, hash_began: hashBegan } = row;
  return { local: fromRow(row), etag, cloud, sha256, hashBegan };
}
