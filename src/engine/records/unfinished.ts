import { Claims } from './claims';
import type { Database } from './database';
import type { ReceiptOwner } from './receipts';
import { UnfinishedFiles, UnfinishedFileTable } from './unfinishedFiles';
import { UploadStore, UploadTable, type OwnedUpload } from './uploadStore';

/** What has begun and is to outlive the engine, of all folders. */
export class Unfinished {
  readonly claims: Claims;
  readonly #database: Database;
  readonly #tables = new Map<Database, Tables>();

  /** `claims` tells what the engines of other windows are at work on. */
  constructor(database: Database, claims = new Claims(database)) {
    this.#database = database;
    this.claims = claims;
  }

  of(owner: ReceiptOwner): FolderUnfinished {
    return new FolderUnfinished(() => this.#rows(owner), this.claims);
  }

  /** Returns the uploads of all folders that lie in one store. */
  uploadsAt(store: string): readonly OwnedUpload[] {
    const { unkept } = this.#database;
    const all = unkept === undefined ? [this.#database] : [this.#database, unkept];
    return all.flatMap(database => this.#tablesIn(database).uploads.at(store));
  }

  /** Forgets what a folder has left to send to other places: it is backed up here now. */
  forgetElsewhere(owner: ReceiptOwner): void {
    const { tables, id } = this.#rows(owner);
    tables.files.clearElsewhere(id, owner.folderId);
  }

  #rows(owner: ReceiptOwner): Rows {
    const { database, id } = this.#database.locate(owner);
    return { tables: this.#tablesIn(database), id };
  }

  #tablesIn(database: Database): Tables {
    const tables = this.#tables.get(database) ?? {
      files: new UnfinishedFileTable(database, this.claims.engines),
      uploads: new UploadTable(database),
    };
    this.#tables.set(database, tables);
    return tables;
  }
}

/** What is unfinished of one folder, for one place in the cloud. */
export class FolderUnfinished {
  readonly #rows: () => Rows;
  readonly #claims: Claims;

  /** `rows` is asked each time: what is locked now may be written later. */
  constructor(rows: () => Rows, claims: Claims) {
    this.#rows = rows;
    this.#claims = claims;
  }

  get files(): UnfinishedFiles {
    const { tables, id } = this.#rows();
    return new UnfinishedFiles(tables.files, id);
  }

  get uploads(): UploadStore {
    const { tables, id } = this.#rows();
    return new UploadStore({ table: tables.uploads, owner: id, claims: this.#claims });
  }
}

interface Rows {
  readonly tables: Tables;
  readonly id: number;
}

interface Tables {
  readonly files: UnfinishedFileTable;
  readonly uploads: UploadTable;
}
