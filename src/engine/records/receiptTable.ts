import type { StatementSync } from 'node:sqlite';
import { rootPath, type FilePath } from '../../protocol/folders';
import { isWithinAny } from '../disk/filePath';
import type { Database } from './database';
import { fromRow, localFileColumns, type LocalFileRow } from './localFileColumns';
import { PendingRows } from './pendingRows';
import type { Write } from './queuedWrites';
import { neverSettled, type Reading, type Receipt } from './receipts';

/** The tables of receipts and readings, by the numbers of their owners. */
export class ReceiptTable {
  readonly #database: Database;
  readonly #selectAll: StatementSync;
  readonly #selectBelow: StatementSync;
  readonly #selectOne: StatementSync;
  readonly #selectNext: StatementSync;
  readonly #replace: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteReceipts: StatementSync;
  readonly #deleteReadings: StatementSync;
  readonly #selectReading: StatementSync;
  readonly #selectDiffering: StatementSync;
  readonly #selectDifferingBelow: StatementSync;
  readonly #replaceReading: StatementSync;
  readonly #doubtAll: StatementSync;
  readonly #doubtBelow: StatementSync;
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
    // They are read by the hundred thousand, and rows with names take twice as long.
    const selectingReceipts = (where: string) => {
      const statement = selecting(`SELECT ${receiptColumns} FROM receipts WHERE ${where}`);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#selectAll = selectingReceipts('owner = ?');
    this.#selectBelow = selectingReceipts(`owner = ? AND ${isBelow}`);
    this.#selectOne = selectingReceipts('owner = ? AND path = ?');
    this.#selectNext = sqlite.prepare(
      'SELECT path FROM receipts WHERE owner = ? AND path > ? ORDER BY path LIMIT 1 OFFSET ?',
    );
    this.#replace = sqlite.prepare(
      'INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#delete = sqlite.prepare('DELETE FROM receipts WHERE owner = ? AND path = ?');
    const ofFolder = 'owner IN (SELECT id FROM owners WHERE folder_id = ?)';
    this.#deleteReceipts = sqlite.prepare(
      `DELETE FROM receipts WHERE ${ofFolder} AND NOT EXISTS (${laterReadingOfOtherCopy})`,
    );
    this.#deleteReadings = sqlite.prepare(`DELETE FROM readings WHERE ${ofFolder}`);
    this.#selectReading = selecting('SELECT * FROM readings WHERE owner = ? AND path = ?');
    this.#selectDiffering = selecting(
      "SELECT * FROM readings WHERE owner = ? AND cloud = 'different'",
    );
    this.#selectDifferingBelow = selecting(
      `SELECT * FROM readings WHERE owner = ? AND cloud = 'different' AND ${isBelow}`,
    );
    this.#replaceReading = sqlite.prepare(
      'INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    const doubt =
      'UPDATE receipts SET hash_began = ?, freed_at = coalesce(freed_at, ?) WHERE owner = ?';
    this.#doubtAll = sqlite.prepare(doubt);
    this.#doubtBelow = sqlite.prepare(`${doubt} AND ${isBelow}`);
  }

  /** Lets no receipt at or below these places prove anything: their files are elsewhere. */
  doubt(owner: number, places: readonly FilePath[], at: number): void {
    this.#database.writeTogether(() => {
      for (const place of places) {
        if (place === rootPath) this.#doubtAll.run(neverSettled, at, owner);
        else this.#doubtBelow.run(neverSettled, at, owner, place, `${place}/`, `${place}0`);
      }
    });
  }

  /** All of them, or those of the files at and below these places. */
  all(owner: number, below: readonly FilePath[] = [rootPath]): Map<FilePath, Receipt> {
    const receipts = new Map<FilePath, Receipt>();
    const places = new Set(below);
    this.#database.read(() => {
      for (const row of rowsBelow(owner, places, [this.#selectAll, this.#selectBelow])) {
        const receipt = toReceipt(row as ReceiptRow);
        receipts.set(receipt.local.path, receipt);
      }
    }, undefined);
    for (const [key, { row }] of this.#pending.of(owner)) {
      const path = key as FilePath;
      if (row === undefined) receipts.delete(path);
      else if (isWithinAny(path, places)) receipts.set(path, row);
    }
    return receipts;
  }

  /** The path of every nth that is written down, in the order of their bytes. */
  everyNth(owner: number, n: number): readonly FilePath[] {
    return this.#database.read(() => {
      const paths: FilePath[] = [];
      for (let after = ''; ;) {
        const row = this.#selectNext.get(owner, after, n - 1) as
          { readonly path: FilePath } | undefined;
        if (row === undefined) return paths;
        after = row.path;
        paths.push(row.path);
      }
    }, []);
  }

  get(owner: number, path: FilePath): Receipt | undefined {
    const pending = this.#pending.find(owner, path);
    if (pending !== undefined) return pending.row;
    const find = () => this.#selectOne.get(owner, path) as unknown as ReceiptRow | undefined;
    const row = this.#database.read(find, undefined);
    return row && toReceipt(row);
  }

  /** What takes trust away is durable: the receipt before it would say too much. */
  put(owner: number, receipt: Receipt): void {
    const { run, onSettled } = this.#putting(owner, receipt);
    if (takesTrustAway(receipt)) this.#database.writeDurably(run, onSettled);
    else this.#database.write(run, onSettled);
  }

  /** The same, together with all that comes in this turn; kept when the promise resolves. */
  async putSoon(owner: number, receipt: Receipt): Promise<void> {
    if (takesTrustAway(receipt)) {
      this.put(owner, receipt);
      return;
    }
    const { run, onSettled } = this.#putting(owner, receipt);
    await this.#database.writeSoon(run, onSettled);
  }

  delete(owner: number, path: FilePath): void {
    const onSettled = this.#pending.add(owner, path, undefined);
    this.#database.write(() => this.#delete.run(owner, path), onSettled);
  }

  /** Forgets what is known of a folder at all places, except where the copy became another one. */
  deleteFolder(folderId: string): void {
    this.#database.writeTogether(() => {
      this.#deleteReceipts.run(folderId);
      this.#deleteReadings.run(folderId);
    });
  }

  reading(owner: number, path: FilePath): Reading | undefined {
    const pending = this.#pendingReadings.find(owner, path);
    if (pending !== undefined) return pending.row;
    const find = () => this.#selectReading.get(owner, path) as unknown as ReadingRow | undefined;
    const row = this.#database.read(find, undefined);
    return row && toReading(row);
  }

  /** Those that found a difference, of the files at and below these places. */
  differing(owner: number, starts: readonly FilePath[]): Map<FilePath, Reading> {
    const readings = new Map<FilePath, Reading>();
    const places = new Set(starts);
    const statements = [this.#selectDiffering, this.#selectDifferingBelow] as const;
    this.#database.read(() => {
      for (const row of rowsBelow(owner, places, statements)) {
        const reading = toReading(row as ReadingRow);
        readings.set(reading.local.path, reading);
      }
    }, undefined);
    for (const [key, { row }] of this.#pendingReadings.of(owner)) {
      const path = key as FilePath;
      if (row?.cloud !== 'different') readings.delete(path);
      else if (isWithinAny(path, places)) readings.set(path, row);
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

  /** From now on it is read as if it were written. */
  #putting(owner: number, receipt: Receipt): Write {
    const { local, sha256, etag, crc32, versionId, hashBegan, provedAt, freedAt } = receipt;
    return {
      run: () =>
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
      onSettled: this.#pending.add(owner, local.path, receipt),
    };
  }
}

function takesTrustAway({ freedAt, hashBegan }: Receipt): boolean {
  return freedAt !== undefined || hashBegan === neverSettled;
}

/** `0` comes after `/`: what begins with a folder's path and `/` is between the two. */
const isBelow = '(path = ? OR (path > ? AND path < ?))';

/** Yields all rows of an owner, or those below some places, by a statement for each. */
function* rowsBelow(
  owner: number,
  places: ReadonlySet<FilePath>,
  [all, below]: readonly [StatementSync, StatementSync],
): Generator {
  if (places.has(rootPath)) {
    yield* all.iterate(owner);
    return;
  }
  for (const place of places) yield* below.iterate(owner, place, `${place}/`, `${place}0`);
}

const laterReadingOfOtherCopy = `
  SELECT 1 FROM readings WHERE readings.owner = receipts.owner AND readings.path = receipts.path
  AND readings.etag <> receipts.etag AND readings.hash_began >= receipts.proved_at`;

const receiptColumns =
  'path, size, mtime_ns, ctime_ns, inode, sha256, etag, crc32, version_id, hash_began, proved_at, freed_at';

/** In the order of `receiptColumns`. */
type ReceiptRow = readonly [
  path: string,
  size: bigint,
  mtimeNs: bigint,
  ctimeNs: bigint,
  inode: bigint,
  sha256: string,
  etag: string,
  crc32: string | null,
  versionId: string | null,
  hashBegan: number,
  provedAt: number,
  freedAt: number | null,
];

function toReceipt(row: ReceiptRow): Receipt {
  const [path, size, mtime_ns, ctime_ns, inode, sha256, etag, crc32, versionId, ...times] = row;
  const [hashBegan, provedAt, freedAt] = times;
  const receipt = {
    local: fromRow({ path, size, mtime_ns, ctime_ns, inode }),
    sha256,
    etag,
    crc32: crc32 ?? undefined,
    versionId: versionId ?? undefined,
    hashBegan,
    provedAt,
  };
  return freedAt === null ? receipt : { ...receipt, freedAt };
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
