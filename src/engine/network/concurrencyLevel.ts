/** How many requests go side by side, and what is being tried. */
export interface ConcurrencyLevel {
  readonly places: number;
  /** The rate with fewer places, while it is tried out whether more are faster. */
  readonly trial?: { readonly from: number; readonly rate: number } | undefined;
  /** For how many windows nothing is tried. */
  readonly rest: number;
  /** For how many windows the next trial in vain is followed by rest. */
  readonly nextRest: number;
  /** How long the quickest request of late took, in milliseconds: the way to the store and back. */
  readonly quickestMs?: number | undefined;
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
 * Returns the level for the next window. As many as the way to the store asks for, in large steps:
 * many batches are over in a few seconds. Beyond that a few places more as long as that is faster
 * (additive increase), and half of them where the store has too much (multiplicative decrease;
 * RFC 5681 does likewise with TCP). What was tried in vain is tried again later, and each time less
 * often.
 */
export function nextLevel(level: ConcurrencyLevel, seen: SeenWindow): ConcurrencyLevel {
  const quickestMs = Math.min(seen.quickestMs, (level.quickestMs ?? Infinity) * forgetting);
  return { ...nextPlaces(level, seen, quickestMs), quickestMs };
}

function nextPlaces(
  level: ConcurrencyLevel,
  seen: SeenWindow,
  quickestMs: number,
): ConcurrencyLevel {
  const { places, trial, rest, nextRest } = level;
  const aim = placesFor(quickestMs);
  if (seen.wasBusy) {
    const fewer = Math.max(minPlaces, Math.floor(places / 2));
    return { places: fewer, rest: nextRest, nextRest: doubled(nextRest) };
  }
  // The first requests are slow in this computer: the way may turn out to be shorter.
  if (level.quickestMs !== undefined && places > aim && places <= placesFor(level.quickestMs)) {
    return { places: aim, rest, nextRest };
  }
  // The first window only measures: it has the slowest code, and opens the connections.
  if (level.quickestMs === undefined) return { places, rest, nextRest };
  const wasNothingInVain = nextRest === initialRest;
  // The rate of a busy computer is noise, as is how many wait there; the quickest request is not.
  if (wasNothingInVain && places < aim && seen.meanMs < maxMeanMs) {
    return { places: Math.min(aim, places + (places >> 1)), rest, nextRest };
  }
  if (!seen.wasFull) return { places: trial?.from ?? places, rest, nextRest };
  if (trial !== undefined && seen.rate < trial.rate * minGain) {
    return { places: trial.from, rest: nextRest, nextRest: doubled(nextRest) };
  }
  if (rest > 0) return { places, rest: rest - 1, nextRest };
  if (seen.meanMs > quickestMs * maxQueueing) return { places, rest, nextRest };
  const more = Math.min(maxPlaces, places + addedPlaces);
  if (more === places) return { places, rest: 0, nextRest };
  return { places: more, trial: { from: places, rate: seen.rate }, rest: 0, nextRest };
}

/** Little's law: what is under way is the rate times the way, of the rate that this computer can do. */
function placesFor(quickestMs: number): number {
  const places = Math.ceil(((quickestMs - ownMs) / 1000) * aimedASecond);
  return Math.min(maxPlaces, Math.max(initialLevel.places, places));
}

/** The next batch may go to a store that is farther away. */
const forgetting = 1.1;
/** What of the quickest request may be this computer's own part, when it is busy. */
const ownMs = 4;
/** Requests of small files a second, of a quick computer. */
const aimedASecond = 8000;

/**
 * On a slow line even the quickest request takes long for its bytes, and more side by side would be
 * slower, until they time out.
 */
const maxMeanMs = 1000;

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
