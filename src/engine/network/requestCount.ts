import { requestKinds, type RequestCounts, type RequestKind } from '../../protocol/reports';

/**
 * Counts what stores are asked, by kind. Each attempt counts when it is sent, whatever comes of it:
 * a store may charge for a request though its answer got lost.
 */
export class RequestCount {
  readonly #counts = { ...noRequests };

  add(kind: RequestKind): void {
    this.#counts[kind]++;
  }

  /**
   * Starts to count from now on, and returns what tells the counts since then. What else is asked
   * meanwhile is among them.
   */
  begin(): () => RequestCounts {
    const before = { ...this.#counts };
    return () => {
      const since = { ...noRequests };
      for (const kind of requestKinds) since[kind] = this.#counts[kind] - before[kind];
      return since;
    };
  }
}

const noRequests: RequestCounts = { LIST: 0, HEAD: 0, GET: 0, PUT: 0, POST: 0, other: 0 };

/** Returns as what a request counts: stores charge for lists as for writes, though they are GETs. */
export function requestKind(
  method: string,
  query: Readonly<Record<string, unknown>> = {},
): RequestKind {
  if (method === 'GET' && listQueries.some(name => query[name] !== undefined)) return 'LIST';
  return requestKinds.find(kind => kind === method) ?? 'other';
}

/** What a list of objects, of versions and of unfinished uploads has in its query. */
const listQueries = ['list-type', 'versions', 'uploads'];

/** Describes counts for the log: "102 LIST, 3 HEAD". */
export function describeRequests(counts: RequestCounts): string {
  const asked = requestKinds.filter(kind => counts[kind] > 0);
  return asked.map(kind => `${String(counts[kind])} ${kind}`).join(', ') || 'no requests';
}
