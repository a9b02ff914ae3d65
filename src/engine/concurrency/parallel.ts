/** How many things may be done at a time, while that changes. */
export interface Width {
  /** At least 1. */
  readonly current: number;
  /** Calls back whenever it has grown, until the function is called that it returns. */
  readonly onGrown: (listener: () => void) => () => void;
}

/** Returns a width that stays. */
export function constantWidth(current: number): Width {
  return { current, onGrown: () => () => undefined };
}

/**
 * Runs `work` over all items in order, at most `width` at a time. After the first failure it starts
 * no more, waits for what is running, and throws that failure.
 */
export function inParallel<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  return inLanes(items, constantWidth(width), work);
}

/**
 * Does the same as `inParallel` with a width that changes: a lane begins where it grows, and the next
 * that comes to the end of an item ends where it has shrunk.
 */
export async function inLanes<T>(
  items: Iterable<T>,
  width: Width,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const lanes: Promise<void>[] = [];
  let running = 0;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;

  async function lane(): Promise<void> {
    while (!isOver && running <= width.current) {
      try {
        const next = iterator.next();
        if (next.done === true) isOver = true;
        else await work(next.value);
      } catch (error) {
        isOver = true;
        failure ??= { error };
      }
    }
    running--;
  }

  const fill = () => {
    while (!isOver && running < width.current) {
      running++;
      lanes.push(lane());
    }
  };
  const stop = width.onGrown(fill);
  try {
    fill();
    // More may begin until the last one has ended.
    for (const begun of lanes) await begun;
  } finally {
    stop();
  }
  if (failure !== undefined) throw failure.error;
}
