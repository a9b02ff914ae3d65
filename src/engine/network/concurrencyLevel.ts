/** How many requests go side by side, and what is being tried. */
export interface ConcurrencyLevel {
  readonly places: number;
  /** The rate with fewer places, while it is tried out whether more are faster. */
  readonly trial?: { readonly from: number; readonly rate: number } | undefined;
  /** For how many windows nothing is tried. */
  readonly rest: number;
  /** For how many windows the next trial in vain is followed by rest. */
  readonly nextRest: number;
}

/** What was seen during a while of steady work. */
export interface SeenWindow {
  /** Bytes a second, each request counted as some more. */
  readonly rate: number;
  /** Whether requests waited for places, and not for anything else. */
  readonly wasFull: boolean;
  /** How long a request took, and how long the quickest of them; in milliseconds. */
  readonly meanMs: number;
  readonly quickestMs: number;
  /** Whether the store asked for fewer requests, or did not answer. */
  readonly wasBusy: boolean;
}

const initialRest = 8;
export const initialLevel: ConcurrencyLevel = { places: 48, rest: 0, nextRest: initialRest };

export const minPlaces = 4;
/** Also the number of sockets for bodies. */
export const maxPlaces = 160;

/**
 * Returns the level for the next window: a few places more as long as that is faster (additive
 * increase), half of them where the store has too much (multiplicative decrease; RFC 5681 does
 * likewise with TCP). What was tried in vain is tried again later, and each time less often.
 */
export function nextLevel(level: ConcurrencyLevel, seen: SeenWindow): ConcurrencyLevel {
  const { places, trial, rest, nextRest } = level;
  if (seen.wasBusy) {
    const fewer = Math.max(minPlaces, Math.floor(places / 2));
    return { places: fewer, rest: nextRest, nextRest: doubled(nextRest) };
  }
  if (!seen.wasFull) return { places: trial?.from ?? places, rest, nextRest };
  if (trial !== undefined && seen.rate < trial.rate * minGain) {
    return { places: trial.from, rest: nextRest, nextRest: doubled(nextRest) };
  }
  if (rest > 0) return { places, rest: rest - 1, nextRest };
  if (seen.meanMs > seen.quickestMs * maxQueueing) return { places, rest, nextRest };
  // Until something was in vain, in large steps: many batches are over in a few seconds.
  const added = nextRest === initialRest ? Math.max(addedPlaces, places >> 1) : addedPlaces;
  const more = Math.min(maxPlaces, places + added);
  if (more === places) return { places, rest: 0, nextRest };
  return { places: more, trial: { from: places, rate: seen.rate }, rest: 0, nextRest };
}

/**
 * Where requests take longer than this many times the quickest, they wait for each other, in the
 * store or in this computer, and not for the way there: more of them would only wait longer.
 */
const maxQueueing = 3;
/** Less is noise. */
const minGain = 1.05;
const addedPlaces = 16;
const maxRest = 128;

function doubled(rest: number): number {
  return Math.min(maxRest, 2 * rest);
}
