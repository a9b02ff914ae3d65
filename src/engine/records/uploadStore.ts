import type { StatementSync } from 'node:sqlite';
import type { FilePath } from '../../protocol/folders';
import type { LocalFile } from '../disk/localFile';
import type { MultipartUpload } from '../ports/bucket';
import type { Claims, Release } from './claims';
import type { Database } from './database';
import { fromRow, localFileColumns, type LocalFileRow } from './localFileColumns';
import { PendingRows } from './pendingRows';
import type { ReceiptOwner } from './receipts';

/** A multipart upload that we have begun and neither completed nor aborted. */
export interface StoredUpload {
  readonly upload: MultipartUpload;
  /** The state of the file whose bytes its parts are. */
  readonly local: LocalFile;
  readonly partSize: number;
  /** What to do with it when there is a chance. */
  readonly intent: 'finish' | 'abort';
  /** When it was last used; milliseconds since 1970. */
  readonly usedAt: number;
}

export interface OwnedUpload {
  readonly owner: ReceiptOwner;
  readonly stored: StoredUpload;
}

interface UploadStoreDeps {
  readonly table: UploadTable;
  readonly owner: number;
  readonly claims: Claims;
}

/** The unfinished uploads of one folder, for one place in the cloud. All windows see them. */
export class UploadStore {
  readonly #table: UploadTable;
  readonly #owner: number;
  readonly #claims: Claims;

  constructor({ table, owner, claims }: UploadStoreDeps) {
    this.#table = table;
    this.#owner = owner;
    this.#claims = claims;
  }

  /**
   * Claims an upload, to send its parts or to abort it. Returns `undefined` while somebody else is
   * at work with it, perhaps the engine of another window.
   */
  claim({ key, uploadId }: MultipartUpload): Release | undefined {
    return this.#claims.tryTake(JSON.stringify(['upload', key, uploadId]));
  }

  /** Returns those of a path, the last used first. */
  of(path: FilePath): readonly StoredUpload[] {
    return this.#table.of(this.#owner, path);
  }

  /** Returns the paths of all, each as often as it has uploads. */
  paths(): readonly FilePath[] {
    return this.#table.paths(this.#owner);
  }

  /** Replaces what was known of the same upload. */
  keep(stored: StoredUpload): void {
    this.#table.replace(this.#owner, stored);
  }

  forget(upload: MultipartUpload): void {
    this.#table.delete(this.#owner, upload);
  }
}

/** The table of unfinished uploads, by the numbers of their owners. */
export class UploadTable {
  readonly #database: Database;
  readonly #select: StatementSync;
  readonly #selectAll: StatementSync;
  readonly #selectAt: StatementSync;
  readonly #replace: StatementSync;
  readonly #delete: StatementSync;
  readonly #pending = new PendingRows<StoredUpload>();

  constructor(database: Database) {
    this.#database = database;
    const { sqlite } = database;
    this.#select = sqlite.prepare(
      'SELECT * FROM uploads WHERE owner = ? AND path = ? ORDER BY used_at DESC',
    );
    this.#selectAll = sqlite.prepare('SELECT * FROM uploads WHERE owner = ?');
    this.#selectAt = sqlite.prepare(
      'SELECT * FROM uploads JOIN owners ON owners.id = uploads.owner WHERE endpoint = ?',
    );
    for (const statement of [this.#select, this.#selectAll, this.#selectAt]) {
      statement.setReadBigInts(true);
    }
    this.#replace = sqlite.prepare(
      'INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#delete = sqlite.prepare('DELETE FROM uploads WHERE owner = ? AND upload_id = ?');
  }

  of(owner: number, path: FilePath): readonly StoredUpload[] {
    const uploads = this.#withPending(owner, () => this.#select.all(owner, path));
    return uploads
      .filter(({ local }) => local.path === path)
      .sort((one, other) => other.usedAt - one.usedAt);
  }

  paths(owner: number): readonly FilePath[] {
    return this.#withPending(owner, () => this.#selectAll.all(owner)).map(
      ({ local }) => local.path,
    );
  }

  /** Those that a statement finds, but as they are to be written, and all that waits for that. */
  #withPending(owner: number, select: () => ReturnType<StatementSync['all']>): StoredUpload[] {
    const stored = this.#database
      .read(select, [])
      .map(row => toStored(row as unknown as UploadRow))
      .filter(({ upload }) => this.#pending.find(owner, upload.uploadId) === undefined);
    const pending = [...this.#pending.of(owner).values()].flatMap(({ row }) => row ?? []);
    return [...stored, ...pending];
  }

  /** Returns those of all folders in one store, but none so young that it waits to be written. */
  at(store: string): readonly OwnedUpload[] {
    const rows = this.#database.read(() => this.#selectAt.all(store), []);
    return rows.flatMap(row => {
      const found = row as unknown as UploadRow & OwnerRow;
      const { owner, folder_id: folderId, bucket, prefix } = found;
      const stored = toStored(found);
      if (this.#pending.find(Number(owner), stored.upload.uploadId) !== undefined) return [];
      return { owner: { folderId, store, bucket, prefix }, stored };
    });
  }

  replace(owner: number, stored: StoredUpload): void {
    const { upload, local, partSize, intent, usedAt } = stored;
    const { uploadId } = upload;
    const text = JSON.stringify(upload);
    const columns = localFileColumns(local);
    this.#database.write(
      () => this.#replace.run(owner, uploadId, text, ...columns, partSize, intent, usedAt),
      this.#pending.add(owner, uploadId, stored),
    );
  }

  delete(owner: number, { uploadId }: MultipartUpload): void {
    const onSettled = this.#pending.add(owner, uploadId, undefined);
    this.#database.write(() => this.#delete.run(owner, uploadId), onSettled);
  }
}

interface UploadRow extends LocalFileRow {
  /** As the bucket returned it, in JSON. */
  readonly upload: string;
  readonly part_size: bigint;
  readonly intent: StoredUpload['intent'];
  readonly used_at: number;
}

interface OwnerRow extends Pick<ReceiptOwner, 'bucket' | 'prefix'> {
  readonly owner: bigint;
  readonly folder_id: string;
}

/** As earlier versions have written it. */
interface EarlierUpload extends Pick<MultipartUpload, 'key' | 'uploadId'> {
  readonly takesCrc32: boolean;
}

function readUpload(text: string): MultipartUpload {
  const written = JSON.parse(text) as MultipartUpload | EarlierUpload;
  if ('checksum' in written) return written;
  const { key, uploadId, takesCrc32 } = written;
  return { key, uploadId, checksum: takesCrc32 ? 'crc32' : 'none' };
}

function toStored(row: UploadRow): StoredUpload {
  return {
    upload: readUpload(row.upload),
    local: fromRow(row),
    partSize: Number(row.part_size),
    intent: row.intent,
    usedAt: row.used_at,
  };
}
