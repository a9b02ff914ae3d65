import { Failure } from '../failures/failure';

/**
 * Follows a list from page to page, and gives the way to the next one. A list that says "there is
 * more" and not where, that leads back to where it has been, or whose pages stay empty is a
 * `store-error` of the endpoint: it would otherwise look like the end, or never have one.
 */
export function pagingGuard(
  endpoint: string,
): (next: string | undefined, entries: number) => string {
  const been = new Set<string>();
  let empty = 0;
  return (next, entries) => {
    empty = entries === 0 ? empty + 1 : 0;
    if (next === undefined) throw noEnd('a list page without a way to the next one');
    if (been.has(next)) throw noEnd('a list whose pages run in a circle');
    if (empty >= mostEmpty) throw noEnd(`${String(empty)} empty list pages in succession`);
    been.add(next);
    return next;
  };

  function noEnd(cause: string): Failure {
    return new Failure('store-error', endpoint, cause);
  }
}

/** Stores may give some, where much has been deleted below a prefix. */
const mostEmpty = 1000;
