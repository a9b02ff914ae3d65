import type { FilePath } from '../../protocol/folders';
import { isSameFolder, knownTogether } from '../disk/folderIdentity';
import type { LocalFile } from '../disk/localFile';
import type { VolumeTop } from '../disk/volumesBelow';
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
import { VolumeTable, type Volumes } from './volumeTable';

/**
 * The receipts of all folders. What is put is kept before the call returns, unless another process
 * has the file locked: then it is kept when the lock goes, and read until then as if it were.
 */
export class Receipts {
  /** Why receipts are lost with this window; `undefined` if they are kept. */
  readonly persistenceError: string | undefined;
  readonly #database: Database;
  readonly #tables = new Map<Database, Tables>();

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
      tablesIn: database => {
        const tables = this.#tables.get(database) ?? {
          table: new ReceiptTable(database),
          volumes: new VolumeTable(database),
        };
        this.#tables.set(database, tables);
        return tables;
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
  readonly tablesIn: (database: Database) => Tables;
}

interface Tables {
  readonly table: ReceiptTable;
  readonly volumes: VolumeTable;
}

interface Rows extends Tables {
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
   * Call it before the receipts are used, with the folder that is at the path now, and with the
   * volumes in it. Where another one is there than before, as with memory cards, its files are none
   * that were backed up: each is read before it counts as proved, and the copies are originals of what
   * is elsewhere.
   */
  noteVolumes(tops: readonly VolumeTop[]): void {
    const { table, volumes, id } = this.#rows();
    const before = volumes.get(id);
    const now = new Map(before);
    const others: FilePath[] = [];
    for (const { path, identity } of tops) {
      const known = before.get(path);
      const isSame = known !== undefined && isSameFolder(known, identity);
      now.set(path, isSame ? knownTogether(known, identity) : identity);
      // A volume that was never seen has come over a folder that was.
      if (!isSame && before.size > 0) others.push(path);
    }
    if (others.length > 0) {
      const at = Date.now();
      table.doubt(id, others, at);
      for (const kin of this.#deps.kin) kin.doubt(others, at);
    }
    if (!isEqual(before, now)) volumes.put(id, now);
  }

  /** The volumes that were seen in the folder, by the folders with which they begin. */
  get knownVolumes(): Iterable<FilePath> {
    const { volumes, id } = this.#rows();
    return volumes.get(id).keys();
  }

  /** Lets no receipt at or below these places prove anything. */
  doubt(places: readonly FilePath[], at: number): void {
    const { table, id } = this.#rows();
    table.doubt(id, places, at);
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

  /**
   * Forgets the folder, at all places where it has been backed up, but for the receipts of conflicts:
   * those that are open here, and those that were found by reading. Returns how many stay.
   */
  forgetFolder(open: readonly FilePath[]): number {
    const { table, id } = this.#rows();
    const kept = open.flatMap(path => table.get(id, path) ?? []);
    table.deleteFolder(this.#deps.owner.folderId);
    for (const receipt of kept) table.put(id, receipt);
    return table.all(id).size;
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
    const { owner, database, tablesIn } = this.#deps;
    const place = database.locate(owner);
    const rows = { ...tablesIn(place.database), id: place.id };
    if (place.database !== database) return rows;
    this.#kept = rows;
    if (database.unkept !== undefined) this.#moveFrom(database.unkept);
    return rows;
  }

  /** Keeps what was put while the file was locked. */
  #moveFrom(unkept: Database): void {
    const { database, id } = unkept.locate(this.#deps.owner);
    const { table } = this.#deps.tablesIn(database);
    for (const [path, receipt] of table.all(id)) {
      this.put(receipt);
      table.delete(id, path);
    }
  }
}

function isEqual(one: Volumes, other: Volumes): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other]);
}
