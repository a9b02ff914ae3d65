import type { FilePath } from '../../protocol/folders';
import { isWithin } from '../disk/filePath';
import type { Receipt, ReceiptOwner } from './receipts';

/** The receipts of one owner, as far as another one uses them. */
interface OwnReceipts {
  all(places?: readonly FilePath[]): ReadonlyMap<FilePath, Receipt>;
  get(path: FilePath): Receipt | undefined;
  forget(path: FilePath): void;
  doubt(places: readonly FilePath[], at: number): void;
}

/**
 * The receipts of a folder that lies above or below another one, on the disk and in the bucket alike,
 * by the paths of that other one: the files and copies are the same, whichever folder was opened.
 */
export class KinReceipts {
  readonly #theirs: OwnReceipts;
  /** From the outer one of the two folders to the inner one. */
  readonly #between: FilePath;
  readonly #isOuter: boolean;

  constructor(owner: ReceiptOwner, kin: ReceiptOwner, theirs: OwnReceipts) {
    this.#theirs = theirs;
    this.#isOuter = owner.prefix.startsWith(kin.prefix);
    const [outer, inner] = this.#isOuter ? [kin, owner] : [owner, kin];
    this.#between = inner.prefix.slice(outer.prefix.length).replace(/\/$/, '') as FilePath;
  }

  all(places: readonly FilePath[] = ['' as FilePath]): ReadonlyMap<FilePath, Receipt> {
    const asked = places.flatMap(place => this.#placeThere(place) ?? []);
    const found = new Map<FilePath, Receipt>();
    if (asked.length === 0) return found;
    for (const receipt of this.#theirs.all(asked).values()) {
      const path = this.#pathHere(receipt.local.path);
      if (path !== undefined) found.set(path, withPath(receipt, path));
    }
    return found;
  }

  get(path: FilePath): Receipt | undefined {
    const there = this.#pathThere(path);
    const receipt = there === undefined ? undefined : this.#theirs.get(there);
    return receipt && withPath(receipt, path);
  }

  forget(path: FilePath): void {
    const there = this.#pathThere(path);
    if (there !== undefined) this.#theirs.forget(there);
  }

  doubt(places: readonly FilePath[], at: number): void {
    this.#theirs.doubt(
      places.flatMap(place => this.#placeThere(place) ?? []),
      at,
    );
  }

  #pathThere(path: FilePath): FilePath | undefined {
    return this.#isOuter ? this.#below(path) : this.#above(path);
  }

  #pathHere(path: FilePath): FilePath | undefined {
    return this.#isOuter ? this.#above(path) : this.#below(path);
  }

  /** A place above the inner folder holds all of it. */
  #placeThere(place: FilePath): FilePath | undefined {
    const holdsAll = !this.#isOuter && isWithin(this.#between, place);
    return holdsAll ? ('' as FilePath) : this.#pathThere(place);
  }

  #below(path: FilePath): FilePath {
    return (path === '' ? this.#between : `${this.#between}/${path}`) as FilePath;
  }

  #above(path: FilePath): FilePath | undefined {
    const start = `${this.#between}/`;
    return path.startsWith(start) ? (path.slice(start.length) as FilePath) : undefined;
  }
}

/** Returns the later proof; of the same one in both, the note that lets it count for less. */
export function laterReceipt(one: Receipt, other: Receipt): Receipt {
  if (one.provedAt !== other.provedAt) return one.provedAt > other.provedAt ? one : other;
  if (one.freedAt !== undefined || other.freedAt !== undefined) {
    return one.freedAt === undefined ? other : one;
  }
  return one.hashBegan <= other.hashBegan ? one : other;
}

function withPath(receipt: Receipt, path: FilePath): Receipt {
  return { ...receipt, local: { ...receipt.local, path } };
}
