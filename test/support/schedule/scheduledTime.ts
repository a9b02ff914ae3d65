import fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import promises, { type FileHandle } from 'node:fs/promises';
import timers from 'node:timers/promises';

import { hookDisk } from '../disk/diskHooks';

/** Lets whoever calls wait until its turn has come. */
export type Turn = (what: string) => Promise<void>;

/**
 * Lets timers and the disk wait for their turns, until `restore`. Time passes only where a timer has
 * its turn; what the disk does between two turns is waited for by `settle`.
 */
export function scheduleTimeAndDisk(turn: Turn): {
  /** Resolves when nothing goes on any more but what waits for its turn. */
  readonly settle: () => Promise<void>;
  readonly restore: () => void;
} {
  const disk = countDisk();
  const time = virtualTime(turn);
  const hooks = hookDisk(moment => (moments.has(moment) ? turn(`the disk, ${moment}`) : undefined));
  return {
    async settle() {
      for (let quiet = 0; quiet < quietTurns; quiet++) {
        await nextTurn();
        if (disk.underWay() > 0) quiet = 0;
      }
    },
    restore() {
      hooks.restore();
      time.restore();
      disk.restore();
    },
  };
}

/** Names change there; what is read in between shows the same. */
const moments = new Set(['before open', 'before rename', 'before link', 'before unlink']);

/** More than anything takes that waits for neither the disk nor a turn. */
const quietTurns = 12;

/**
 * Counts what the disk has been asked for aside, and has not done. One after the other, since
 * otherwise chance would order what follows from it.
 */
function countDisk(): { readonly underWay: () => number; readonly restore: () => void } {
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();
  const done = () => {
    count--;
  };
  const counted =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      count++;
      const result = last.then(() => work(...args));
      last = result.then(done, done);
      return result;
    };
  const { open, readdir, lstat, stat, statfs, rename, link, unlink, rm } = promises;
  const originals = { open, readdir, lstat, stat, statfs, rename, link, unlink, rm };
  const countedHandle = (handle: FileHandle): FileHandle =>
    Object.assign(handle, {
      read: counted(handle.read.bind(handle)),
      write: counted(handle.write.bind(handle)),
      stat: counted(handle.stat.bind(handle)),
      sync: counted(handle.sync.bind(handle)),
      datasync: counted(handle.datasync.bind(handle)),
      truncate: counted(handle.truncate.bind(handle)),
      chmod: counted(handle.chmod.bind(handle)),
      utimes: counted(handle.utimes.bind(handle)),
      close: counted(handle.close.bind(handle)),
    });
  const { read, fdatasync, fsync, close } = fs;
  const callbacks = { open: fs.open, read, fdatasync, fsync, close };
  for (const [name, work] of Object.entries(callbacks)) {
    const called = counted(
      (args: readonly unknown[]) =>
        new Promise<readonly unknown[]>(resolve => {
          const done = (...results: readonly unknown[]) => {
            resolve(results);
          };
          Reflect.apply(work, fs, [...args, done]);
        }),
    );
    Object.assign(fs, {
      [name]: (...args: readonly unknown[]) => {
        const done = args.at(-1) as (...results: readonly unknown[]) => void;
        void called(args.slice(0, -1)).then(results => {
          done(...results);
        });
      },
    });
  }
  for (const [name, work] of Object.entries(originals)) {
    Object.assign(promises, { [name]: counted(work as () => Promise<unknown>) });
  }
  const openCounted = counted(open);
  Object.assign(promises, {
    open: async (...args: Parameters<typeof open>) => countedHandle(await openCounted(...args)),
  });
  return {
    underWay: () => count,
    restore() {
      Object.assign(promises, originals);
      Object.assign(fs, callbacks);
    },
  };
}

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** So far ahead of the disk's clock that nothing that is read changed just before. */
const settledMs = 300_000;

/**
 * Each timer waits for a turn, at which the one that is due first fires. What is done again and again
 * is never done: it only tells how far a batch is, and on a busy machine alone would it be due.
 */
function virtualTime(turn: Turn): {
  readonly restore: () => void;
} {
  const originals = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    Date: globalThis.Date,
    now: Date.now,
    performanceNow: performance.now.bind(performance),
    delay: timers.setTimeout,
  };
  const waiting = new Set<Timer>();
  // A whole second, as stores tell times: what happens in one of them must not be chance.
  const begun = Math.ceil(Date.now() / 1000) * 1000 + settledMs;
  let passedMs = 0;
  const now = () => begun + passedMs;

  function fireNext(): void {
    const [next] = [...waiting].sort((one, other) => one.due - other.due);
    if (next === undefined) return;
    waiting.delete(next);
    passedMs += Math.max(0, Math.ceil(next.due - now()));
    next.fire();
  }

  function start(fire: () => void, ms: number): Timer {
    const timer = { due: now() + ms, fire };
    waiting.add(timer);
    void turn('time').then(fireNext);
    return timer;
  }

  const begin = (fire: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const timer = start(() => {
      fire(...args);
    }, ms);
    const handle = { timer, unref: () => handle, ref: () => handle, hasRef: () => true };
    return handle;
  };
  const clear = (handle: { readonly timer?: Timer } | undefined) => {
    if (handle?.timer === undefined) originals.clearTimeout(handle as NodeJS.Timeout | undefined);
    else waiting.delete(handle.timer);
  };
  const delay = (ms: number, value: unknown, options: { readonly signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      const cancel = () => {
        waiting.delete(timer);
        reject(Object.assign(new Error('aborted'), { name: 'AbortError', code: 'ABORT_ERR' }));
      };
      const timer = start(() => {
        signal?.removeEventListener('abort', cancel);
        resolve(value);
      }, ms);
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  const again = {};
  const clearAgain = (handle: unknown) => {
    if (handle !== again) originals.clearInterval(handle as NodeJS.Timeout | undefined);
  };
  Object.assign(globalThis, {
    setTimeout: begin,
    clearTimeout: clear,
    setInterval: () => again,
    clearInterval: clearAgain,
    Date: new Proxy(Date, {
      construct: (date, given: readonly unknown[]) =>
        Reflect.construct(date, given.length === 0 ? [now()] : given) as Date,
    }),
  });
  Object.assign(timers, { setTimeout: delay });
  Date.now = now;
  performance.now = () => passedMs;
  return {
    restore() {
      const { setTimeout, clearTimeout, setInterval, clearInterval } = originals;
      Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
      globalThis.Date = originals.Date;
      Object.assign(timers, { setTimeout: originals.delay });
      Date.now = originals.now;
      performance.now = originals.performanceNow;
    },
  };
}
