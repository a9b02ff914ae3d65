import { Failure } from '../failures/failure';
import { found, type Found } from '../failures/found';

/**
 * Follows a list from page to page. A list that says "there is more" and not where, that leads back
 * to where it has been, whose pages stay empty or only repeat what was there before is a
 * `store-error` of the endpoint: it would otherwise look like the end, or never have one.
 */
export class PagingGuard {
  readonly #endpoint: string;
  readonly #visited = new Set<string>();
  #emptyInSuccession = 0;
  #greatest = '';
  /**
   * Entries of pages that brought nothing greater: none where a list is in order, so that a long one
   * takes no memory. Not every store lists in order (directory buckets of S3 do not).
   */
  readonly #outOfOrder = new Set<string>();

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /**
   * Returns `next`, which leads to the page after one with these entries, each named by what no other
   * entry of the list has. Throws `store-error` where it leads nowhere.
   */
  follow(next: string | undefined, entries: readonly string[]): string {
    this.#emptyInSuccession = entries.length === 0 ? this.#emptyInSuccession + 1 : 0;
    const empty = this.#emptyInSuccession;
    if (next === undefined) throw this.#noEnd(found`a list page without a way to the next one`);
    if (this.#visited.has(next)) throw this.#noEnd(found`a list whose pages run in a circle`);
    if (empty >= maxEmptyPages)
      throw this.#noEnd(found`${String(empty)} empty list pages in succession`);
    if (entries.length > 0 && !this.#bringsNew(entries))
      throw this.#noEnd(found`a list page that only repeats earlier ones`);
    this.#visited.add(copied(next));
    return next;
  }

  /**
   * What is greater than all before is new. Of the rest, a page may be let through once although it
   * repeats others: a list that only repeats still ends, after its second round.
   */
  #bringsNew(entries: readonly string[]): boolean {
    const before = this.#greatest;
    for (const entry of entries) if (entry > this.#greatest) this.#greatest = entry;
    if (this.#greatest > before) return true;
    const known = this.#outOfOrder.size;
    for (const entry of entries) this.#outOfOrder.add(copied(entry));
    return this.#outOfOrder.size > known;
  }

  #noEnd(cause: Found): Failure {
    return new Failure('store-error', this.#endpoint, cause);
  }
}

/** Stores may send some, where much has been deleted below a prefix. */
const maxEmptyPages = 1000;

/** Returns the text without the page that it was cut out of, which it would keep alive. */
function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
