import { isBusy } from './sqlite';

/** Writes to a file that somebody else may have locked: they wait without holding the thread. */
export interface WaitingWrites {
  /** Runs it at once where nobody has the file locked, else later, in its turn. Never throws. */
  add(write: Write): void;
  /** Tries once more; what is still locked out is given up. */
  close(): void;
}

export interface Write {
  /** May run more than once; all or nothing each time. */
  readonly run: () => unknown;
  /** Called when it is written or given up. */
  readonly onSettled: () => void;
}

/** `onTrouble` is told why writes were given up; those for a lock after `patience` ms only. */
export function waitingWrites(
  onTrouble: (why: unknown) => void,
  patience = lockPatience,
): WaitingWrites {
  let waiting: Write[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lockedSince = 0;
  let pause = shortestPause;

  /** Gives the lock that was met, as an error. */
  function attempt({ run, onSettled }: Write): unknown {
    try {
      run();
    } catch (error) {
      if (isBusy(error)) return error;
      onTrouble(error);
    }
    onSettled();
    return undefined;
  }

  function drain(): void {
    timer = undefined;
    const began = performance.now();
    let done = 0;
    let lock: unknown;
    for (const write of waiting) {
      lock = attempt(write);
      if (lock !== undefined || performance.now() - began > slice) break;
      done++;
    }
    // The one at which the time was up has been written as well.
    waiting = waiting.slice(lock === undefined ? done + 1 : done);
    if (waiting.length === 0) return;
    if (lock === undefined || done > 0) {
      lockedSince = Date.now();
      pause = shortestPause;
    } else if (Date.now() - lockedSince > patience) {
      giveUp(lock);
      return;
    }
    timer = setTimeout(drain, lock === undefined ? 0 : pause);
    pause = Math.min(2 * pause, longestPause);
  }

  function giveUp(lock: unknown): void {
    onTrouble(lock);
    for (const { onSettled } of waiting) onSettled();
    waiting = [];
  }

  return {
    add(write) {
      if (waiting.length === 0) {
        const lock = attempt(write);
        if (lock === undefined) return;
        lockedSince = Date.now();
        pause = shortestPause;
      }
      waiting.push(write);
      timer ??= setTimeout(drain, pause);
    },
    close() {
      clearTimeout(timer);
      for (const write of waiting.splice(0)) {
        const lock = attempt(write);
        if (lock === undefined) continue;
        onTrouble(lock);
        write.onSettled();
        return;
      }
    },
  };
}

/** How long a lock of somebody else's is borne, in milliseconds. */
export const lockPatience = 30_000;

/** How long writes hold the thread at a stretch, in milliseconds. */
const slice = 4;

/** Between two attempts, in milliseconds. */
const shortestPause = 20;
const longestPause = 1000;
