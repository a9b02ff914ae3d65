import type { FilePath } from '../../protocol/folders';
import { isSameFolder, knownTogether, type FolderIdentity } from '../disk/folderIdentity';
import type { LocalFile } from '../disk/localFile';
import type { Database } from './database';
import { KinReceipts, laterReceipt } from './kinReceipts';
import {
  isSameReading,
  neverSettled,
  type Reading,
  type Receipt,
  type ReceiptOwner,
} from './receipts';
import { ReceiptTable } from './receiptTable';

/**
 * The receipts of all folders. What is put is kept before the call returns, unless another process
 * has the file locked: then it is kept when the lock goes, and read until then as if it were.
 */
export class Receipts {
  /** Why receipts are lost with this window; `undefined` if they are kept. */
  readonly persistenceError: string | undefined;
  readonly #database: Database;
  readonly #tables = new Map<Database, ReceiptTable>();

  constructor(database: Database, persistenceError?: string) {
    this.#database = database;
    this.persistenceError = persistenceError;
  }

  /**
   * `kin` are folders that lie above or below this one, on the disk and in the bucket alike: what
   * one of them has proved counts for all.
   */
  of(owner: ReceiptOwner, kin: readonly ReceiptOwner[] = []): FolderReceipts {
    return new FolderReceipts({
      owner,
      kin: kin.map(each => new KinReceipts(owner, each, this.of(each))),
      database: this.#database,
      tableIn: database => {
        const table = this.#tables.get(database) ?? new ReceiptTable(database);
        this.#tables.set(database, table);
        return table;
      },
    });
  }

  close(): void {
    this.#database.close();
  }
}

interface FolderReceiptsDeps {
  readonly owner: ReceiptOwner;
  readonly kin: readonly KinReceipts[];
  readonly database: Database;
  readonly tableIn: (database: Database) => ReceiptTable;
}

interface Rows {
  readonly table: ReceiptTable;
  readonly id: number;
}

/** The receipts of one folder for one place in the cloud. */
export class FolderReceipts {
  readonly #deps: FolderReceiptsDeps;
  #kept: Rows | undefined;

  constructor(deps: FolderReceiptsDeps) {
    this.#deps = deps;
  }

  /** Wait for it before a comparison: what cannot be read counts as not proved. */
  readable(signal: AbortSignal): Promise<void> {
    return this.#deps.database.readable(signal);
  }

  /**
   * Call it before the receipts are used, with the folder that is at the path now. Where it is
   * another one than before, as with memory cards, its files are none that were backed up: each is
   * read before it counts as proved, and the copies are originals of what is elsewhere.
   */
  noteRoot(root: FolderIdentity): void {
    const { table, id } = this.#rows();
    const before = table.root(id);
    if (before === undefined) {
      table.putRoot(id, root);
    } else if (!isSameFolder(before, root)) {
      table.replaceRoot(id, root, Date.now());
    } else {
      const known = knownTogether(before, root);
      const isMore = known.volume !== before.volume || known.madeAt !== before.madeAt;
      if (isMore) table.putRoot(id, known);
    }
  }

  /** All of them, or those of the files at and below these places. */
  all(places?: readonly FilePath[]): ReadonlyMap<FilePath, Receipt> {
    const { table, id } = this.#rows();
    const receipts = table.all(id, places);
    for (const kin of this.#deps.kin) {
      for (const [path, receipt] of kin.all(places)) {
        const own = receipts.get(path);
        receipts.set(path, own === undefined ? receipt : laterReceipt(own, receipt));
      }
    }
    return receipts;
  }

  /** The path of every nth of this folder's own, in the order of their bytes. */
  everyNth(n: number): readonly FilePath[] {
    const { table, id } = this.#rows();
    return table.everyNth(id, n);
  }

  get(path: FilePath): Receipt | undefined {
    const { table, id } = this.#rows();
    let found = table.get(id, path);
    for (const kin of this.#deps.kin) {
      const theirs = kin.get(path);
      if (theirs !== undefined) found = found === undefined ? theirs : laterReceipt(found, theirs);
    }
    return found;
  }

  /** Replaces the path's receipt. */
  put(receipt: Receipt): void {
    const { table, id } = this.#rows();
    table.put(id, receipt);
  }

  /** The same at the end of this turn, with all that is put in it; kept when the promise resolves. */
  putSoon(receipt: Receipt): Promise<void> {
    const { table, id } = this.#rows();
    return table.putSoon(id, receipt);
  }

  forget(path: FilePath): void {
    const { table, id } = this.#rows();
    table.delete(id, path);
    for (const kin of this.#deps.kin) kin.forget(path);
  }

  /** Forgets the folder, at all places where it has been backed up. */
  forgetFolder(): void {
    this.#rows().table.deleteFolder(this.#deps.owner.folderId);
  }

  /**
   * Notes when a path's local file was freed, or `undefined` if it stayed. Whatever proves both sides
   * to be the same again replaces the receipt, and with it the note.
   */
  noteFreed(path: FilePath, freedAt: number | undefined): void {
    const receipt = this.get(path);
    if (receipt !== undefined && receipt.freedAt !== freedAt) this.put({ ...receipt, freedAt });
  }

  /** Lets a receipt prove nothing until the file has been read once more and found equal. */
  distrust(receipt: Receipt): void {
    this.put({ ...receipt, hashBegan: neverSettled });
  }

  /**
   * Distrusts a receipt if the file's bytes turn out to be others though none of its fields shows
   * it: else the next comparison would call the file safe again.
   */
  invalidateReading(
    receipt: Receipt | undefined,
    { local, sha256 }: { readonly local: LocalFile; readonly sha256: string },
  ): void {
    if (receipt === undefined || receipt.sha256 === sha256) return;
    if (isSameReading(receipt, local)) this.distrust(receipt);
  }

  /** What an earlier reading of the path found, whatever it said of the copy. */
  reading(path: FilePath): Reading | undefined {
    const { table, id } = this.#rows();
    return table.reading(id, path);
  }

  /**
   * The last readings of the files at and below these places whose bytes were not those of their
   * copies.
   */
  differing(starts: readonly FilePath[]): ReadonlyMap<FilePath, Reading> {
    const { table, id } = this.#rows();
    return table.differing(id, starts);
  }

  /** Replaces what is remembered of the path's readings. */
  remember(reading: Reading): void {
    const { table, id } = this.#rows();
    table.putReading(id, reading);
  }

  #rows(): Rows {
    if (this.#kept !== undefined) return this.#kept;
    const { owner, database, tableIn } = this.#deps;
    const place = database.locate(owner);
    const rows = { table: tableIn(place.database), id: place.id };
    if (place.database !== database) return rows;
    this.#kept = rows;
    if (database.unkept !== undefined) this.#moveFrom(database.unkept);
    return rows;
  }

  /** Keeps what was put while the file was locked. */
  #moveFrom(unkept: Database): void {
    const { database, id } = unkept.locate(this.#deps.owner);
    const table = this.#deps.tableIn(database);
    for (const [path, receipt] of table.all(id)) {
      this.put(receipt);
      table.delete(id, path);
    }
  }
}
