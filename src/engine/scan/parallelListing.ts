import type { Bucket, ListedObject, ListRequest } from '../ports/bucket';
import { ListingPace } from './listingPace';
import { betweenKeys, isBeforeInBytes, middleKey } from './keyOrder';

export interface ParallelListingRequest extends Pick<
  ListRequest,
  'prefix' | 'signal' | 'onAttempt'
> {
  readonly bucket: Bucket;
  /**
   * Returns some of the keys that are likely to be there, in the order of their bytes, with about
   * `keysBetweenGuides` others between two of them; none where nothing is known.
   */
  readonly guides: () => readonly string[];
}

/** The store lists in no order, or does not begin where it is told to. */
export class OutOfOrder extends Error {
  override readonly name = 'OutOfOrder';
}

/**
 * Yields all objects whose keys begin with a prefix, page by page, each exactly once. A long list is
 * read from several places at the same time: a page of S3 takes as long as thousands of keys take
 * us. It begins as one list. That is cut where the guides say that half of the rest is, or else in
 * the middle of the names that may follow, as long as that makes it faster; each cut costs one
 * request at the most, and there is one for each twelve pages. Throws `OutOfOrder` where the list has
 * to be read from its beginning, in one go, and what was yielded is not the whole.
 */
export async function* listInParallel(
  request: ParallelListingRequest,
): AsyncGenerator<readonly ListedObject[]> {
  const lanes = new Lanes(request);
  try {
    lanes.begin();
    for (let page = await lanes.next(); page !== undefined; page = await lanes.next()) yield page;
  } finally {
    await lanes.close();
  }
}

/** A part of the list that is read page by page. */
interface Lane {
  readonly after: string | undefined;
  /** The last key of the part, where another lane goes on; the list's end where there is none. */
  upTo: string | undefined;
  next: Lane | undefined;
  /** The last key that came. */
  last: string | undefined;
  pages: number;
  /** The first keys that came. */
  readonly head: string[];
  state: 'read' | 'cut' | 'at-end';
  /** What the lane before has seen of this one's part. */
  seen: Seen | undefined;
  readonly reader: AsyncIterator<readonly ListedObject[]>;
  coming: Promise<Coming>;
}

interface Coming {
  readonly lane: Lane;
  readonly page: readonly ListedObject[] | undefined;
}

interface Seen {
  readonly keys: readonly string[];
  /** Whether the list ended there. */
  readonly isAll: boolean;
}

class Lanes {
  readonly #request: ParallelListingRequest;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #lanes = new Set<Lane>();
  readonly #pace = new ListingPace();
  readonly #closing: (Promise<unknown> | undefined)[] = [];

  constructor(request: ParallelListingRequest) {
    this.#request = request;
    this.#signal = AbortSignal.any([request.signal, this.#stop.signal]);
  }

  begin(): void {
    this.#open(undefined);
  }

  /** Returns what comes next of any part; `undefined` at the end. */
  async next(): Promise<readonly ListedObject[] | undefined> {
    for (;;) {
      if (this.#lanes.size === 0) return undefined;
      const coming = await Promise.race([...this.#lanes].map(lane => lane.coming));
      const kept = this.#take(coming);
      // An empty page is an answer, too: what fails after it is a list that is not whole.
      if (coming.page !== undefined) return kept;
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const open = [...this.#lanes].map(({ reader }) => reader.return?.());
    await Promise.allSettled([...open, ...this.#closing]);
  }

  #take({ lane, page }: Coming): readonly ListedObject[] {
    const keys = page?.map(({ key }) => key) ?? [];
    requireOrder(keys, lane.last);
    if (lane.head.length < maxHead) lane.head.push(...keys);
    const { upTo } = lane;
    const isOver = (key: string) => upTo !== undefined && isBeforeInBytes(upTo, key);
    const end = isOver(keys.at(-1) ?? '') ? keys.findIndex(isOver) : keys.length;
    if (page === undefined || end < keys.length) {
      this.#lanes.delete(lane);
      lane.state = page === undefined ? 'at-end' : 'cut';
      if (page !== undefined) this.#closing.push(lane.reader.return?.());
      if (lane.next !== undefined) {
        lane.next.seen = { keys: keys.slice(end), isAll: page === undefined };
        requireSame(lane.next);
      }
    } else {
      lane.last = keys.at(-1) ?? lane.last;
      lane.pages++;
      // Asked for before the page is worked on, so that the store is at work meanwhile.
      lane.coming = read(lane);
    }
    requireSame(lane);
    this.#pace.came(this.#lanes.size);
    while (this.#lanes.size > 0 && this.#wantsAnother() && this.#split());
    return page?.slice(0, end) ?? [];
  }

  #wantsAnother(): boolean {
    return this.#pace.allows(this.#lanes.size, () => this.#request.guides().length);
  }

  /** Halves what is likely to be the longest rest. Returns whether there was any. */
  #split(): boolean {
    const known = [...this.#lanes].filter(({ pages }) => pages > 0);
    const guides = this.#request.guides();
    const rests = known.map(lane => ({ lane, inside: betweenKeys(guides, lane.last, lane.upTo) }));
    const [guided] = rests.toSorted((one, other) => other.inside.length - one.inside.length);
    const [longest] = known.toSorted((one, other) => other.pages - one.pages);
    const isGuided = guided !== undefined && guided.inside.length > 1;
    const lane = isGuided ? guided.lane : longest;
    if (lane?.last === undefined) return false;
    const middle = isGuided
      ? guided.inside[guided.inside.length >> 1]
      : middleKey(lane.last, lane.upTo, this.#request.prefix);
    if (middle === undefined) return false;
    const next = this.#open(middle);
    next.upTo = lane.upTo;
    next.next = lane.next;
    lane.upTo = middle;
    lane.next = next;
    this.#pace.split();
    return true;
  }

  #open(after: string | undefined): Lane {
    const { bucket, prefix, onAttempt } = this.#request;
    const pages = bucket.list({
      prefix,
      signal: this.#signal,
      ...(after === undefined ? onAttempt && { onAttempt } : { after }),
    });
    const lane: Omit<Lane, 'coming'> = {
      after,
      upTo: undefined,
      next: undefined,
      last: after,
      pages: 0,
      head: [],
      state: 'read',
      seen: undefined,
      reader: pages[Symbol.asyncIterator](),
    };
    const opened = Object.assign(lane, { coming: read(lane as Lane) });
    this.#lanes.add(opened);
    return opened;
  }
}

function read(lane: Lane): Promise<Coming> {
  const coming = lane.reader
    .next()
    .then(({ done, value }): Coming => ({ lane, page: done === true ? undefined : value }));
  // It is awaited with the others, perhaps too late for Node.
  coming.catch(() => undefined);
  return coming;
}

function requireOrder(keys: readonly string[], after: string | undefined): void {
  let before = after;
  for (const key of keys) {
    if (before !== undefined && !isBeforeInBytes(before, key)) throw new OutOfOrder();
    before = key;
  }
}

/**
 * What follows a cut was seen from both sides. A store that leaves something out where it is told to
 * begin would make files look lost; where somebody else has just written, nothing is lost but time.
 */
function requireSame(lane: Lane): void {
  const { head, state, seen } = lane;
  if (seen === undefined) return;
  const { keys, isAll } = seen;
  const isSame = keys.every((key, index) => {
    const found = head[index];
    // Less may have come so far.
    return found === undefined ? state !== 'at-end' : found === key;
  });
  if (!isSame || (isAll && head.length > keys.length)) throw new OutOfOrder();
  if (!isAll && head.length >= keys.length) lane.seen = undefined;
}

/** The rest of a page is seen from both sides. */
const maxHead = 1000;
