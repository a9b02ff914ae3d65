import { Failure } from '../failures/failure';

/**
 * Follows a list from page to page. A list that says "there is more" and not where, that leads back
 * to where it has been, or whose pages stay empty is a `store-error` of the endpoint: it would
 * otherwise look like the end, or never have one.
 */
export class PagingGuard {
  readonly #endpoint: string;
  readonly #visited = new Set<string>();
  #emptyInSuccession = 0;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /**
   * Returns `next`, which leads to the page after one with so many entries. Throws `store-error`
   * where it leads nowhere.
   */
  follow(next: string | undefined, entries: number): string {
    this.#emptyInSuccession = entries === 0 ? this.#emptyInSuccession + 1 : 0;
    const empty = this.#emptyInSuccession;
    if (next === undefined) throw this.#noEnd('a list page without a way to the next one');
    if (this.#visited.has(next)) throw this.#noEnd('a list whose pages run in a circle');
    if (empty >= maxEmptyPages)
      throw this.#noEnd(`${String(empty)} empty list pages in succession`);
    this.#visited.add(next);
    return next;
  }

  #noEnd(cause: string): Failure {
    return new Failure('store-error', this.#endpoint, cause);
  }
}

/** Stores may send some, where much has been deleted below a prefix. */
const maxEmptyPages = 1000;
