import type { FilePath } from '../../protocol/folders';
import type { Database } from './database';
import { localFileColumns, toLocalFile, type LocalFileRow } from './localFileColumns';
import {
  receiptsInMemory,
  type FolderReceipts,
  type Reading,
  type Receipt,
  type Receipts,
} from './receipts';
import { unwritten } from './unwritten';

/**
 * Receipts in the engine's database; those of all windows. Those of a folder that cannot be written
 * there last as long as the engine; one that cannot be read counts as none.
 */
export function receiptsIn(database: Database): Receipts {
  const { sqlite } = database;
  const selectAll = sqlite.prepare('SELECT * FROM receipts WHERE owner = ?');
  const selectOne = sqlite.prepare('SELECT * FROM receipts WHERE owner = ? AND path = ?');
  const selectReading = sqlite.prepare('SELECT * FROM readings WHERE owner = ? AND path = ?');
  const selectDiffering = sqlite.prepare(
    "SELECT * FROM readings WHERE owner = ? AND cloud = 'different'",
  );
  for (const statement of [selectAll, selectOne, selectReading, selectDiffering])
    statement.setReadBigInts(true);
  const replace = sqlite.prepare(
    'INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const replaceReading = sqlite.prepare(
    'INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const remove = sqlite.prepare('DELETE FROM receipts WHERE owner = ? AND path = ?');

  const unkept = receiptsInMemory('');
  const waitingReceipts = unwritten<Receipt>();
  const waitingReadings = unwritten<Reading>();

  function keptUnder(id: number): Kept {
    return {
      all() {
        const receipts = new Map<FilePath, Receipt>();
        database.read(() => {
          for (const row of selectAll.iterate(id)) {
            const receipt = toReceipt(row as unknown as ReceiptRow);
            receipts.set(receipt.local.path, receipt);
          }
        }, undefined);
        for (const [path, { row }] of waitingReceipts.of(id)) {
          if (row === undefined) receipts.delete(path as FilePath);
          else receipts.set(row.local.path, row);
        }
        return receipts;
      },
      get(path) {
        const waiting = waitingReceipts.find(id, path);
        if (waiting !== undefined) return waiting.row;
        const find = () => selectOne.get(id, path) as unknown as ReceiptRow | undefined;
        const row = database.read(find, undefined);
        return row && toReceipt(row);
      },
      put(receipt) {
        const { local, sha256, etag, crc32, versionId, hashBegan, provedAt, freedAt } = receipt;
        database.write(
          () =>
            replace.run(
              id,
              ...localFileColumns(local),
              sha256,
              etag,
              crc32 ?? null,
              versionId ?? null,
              hashBegan,
              provedAt,
              freedAt ?? null,
            ),
          waitingReceipts.note(id, local.path, receipt),
        );
      },
      forget(path) {
        const settled = waitingReceipts.note(id, path, undefined);
        database.write(() => remove.run(id, path), settled);
      },
      reading(path) {
        const waiting = waitingReadings.find(id, path);
        if (waiting !== undefined) return waiting.row;
        const find = () => selectReading.get(id, path) as unknown as ReadingRow | undefined;
        const row = database.read(find, undefined);
        return row && toReading(row);
      },
      differing() {
        const readings = new Map<FilePath, Reading>();
        database.read(() => {
          for (const row of selectDiffering.iterate(id)) {
            const reading = toReading(row as unknown as ReadingRow);
            readings.set(reading.local.path, reading);
          }
        }, undefined);
        for (const [path, { row }] of waitingReadings.of(id)) {
          if (row?.cloud === 'different') readings.set(row.local.path, row);
          else readings.delete(path as FilePath);
        }
        return readings;
      },
      remember(reading) {
        const { local, etag, cloud, sha256, hashBegan } = reading;
        database.write(
          () => replaceReading.run(id, ...localFileColumns(local), etag, cloud, sha256, hashBegan),
          waitingReadings.note(id, local.path, reading),
        );
      },
    };
  }

  return {
    persistenceError: undefined,
    of(owner): FolderReceipts {
      let kept: Kept | undefined;
      /** Of a folder that cannot be written yet, since somebody has the file locked, too. */
      const now = (): Kept => {
        if (kept !== undefined) return kept;
        const id = database.ownerId(owner);
        if (id === undefined) return unkept.of(owner);
        kept = keptUnder(id);
        for (const [path, receipt] of [...unkept.of(owner).all()]) {
          kept.put(receipt);
          unkept.of(owner).forget(path);
        }
        return kept;
      };
      return {
        readable: signal => database.readable(signal),
        all: () => now().all(),
        get: path => now().get(path),
        put: receipt => {
          now().put(receipt);
        },
        forget: path => {
          now().forget(path);
        },
        reading: path => now().reading(path),
        differing: () => now().differing(),
        remember: reading => {
          now().remember(reading);
        },
      };
    },
    close() {
      database.close();
    },
  };
}

type Kept = Omit<FolderReceipts, 'readable'>;

interface ReceiptRow extends LocalFileRow {
  readonly sha256: string;
  readonly etag: string;
  readonly crc32: string | null;
  readonly version_id: string | null;
  readonly hash_began: number;
  readonly proved_at: number;
  readonly freed_at: number | null;
}

interface ReadingRow extends LocalFileRow {
  readonly etag: string;
  readonly cloud: Reading['cloud'];
  readonly sha256: string;
  readonly hash_began: number;
}

function toReading(row: ReadingRow): Reading {
  const { etag, cloud, sha256, hash_began: hashBegan } = row;
  return { local: toLocalFile(row), etag, cloud, sha256, hashBegan };
}

function toReceipt(row: ReceiptRow): Receipt {
  return {
    local: toLocalFile(row),
    sha256: row.sha256,
    etag: row.etag,
    crc32: row.crc32 ?? undefined,
    versionId: row.version_id ?? undefined,
    hashBegan: row.hash_began,
    provedAt: row.proved_at,
    ...(row.freed_at !== null && { freedAt: row.freed_at }),
  };
}
