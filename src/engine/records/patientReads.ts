import { setTimeout as delay } from 'node:timers/promises';
import { isBusy } from './sqlite';
import { lockPatience } from './waitingWrites';

/** Reads of a file that somebody else may have locked. */
export interface PatientReads {
  /** Gives what is read, or `otherwise`. Right after a lock it does not even try. */
  read<T>(run: () => T, otherwise: T): T;
  /** Waits, without holding the thread, while the file is locked; not for ever, and not once cancelled. */
  whenFree(probe: () => unknown, signal: AbortSignal): Promise<void>;
}

/** `onTrouble` is told why nothing was read; of a lock once it lasts longer than `patience` ms. */
export function patientReads(
  onTrouble: (why: unknown) => void,
  patience = lockPatience,
): PatientReads {
  let lockedSince: number | undefined;
  let nextAttempt = 0;

  function isLocked(run: () => unknown): boolean {
    try {
      run();
      lockedSince = undefined;
      return false;
    } catch (error) {
      if (!isBusy(error)) {
        onTrouble(error);
        return false;
      }
      const now = performance.now();
      // A lock of long ago, after which nobody has asked, is another one.
      if (lockedSince === undefined || now - nextAttempt > patience) lockedSince = now;
      nextAttempt = now + pause;
      if (now - lockedSince > patience) onTrouble(error);
      return true;
    }
  }

  return {
    read<T>(run: () => T, otherwise: T): T {
      if (lockedSince !== undefined && performance.now() < nextAttempt) return otherwise;
      let result = otherwise;
      isLocked(() => {
        result = run();
      });
      return result;
    },
    async whenFree(probe, signal) {
      const began = performance.now();
      while (!signal.aborted && isLocked(probe)) {
        if (performance.now() - began > patience) return;
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

/** Between two attempts, in milliseconds. */
const pause = 200;
