import fs from 'node:fs';
import promises from 'node:fs/promises';
import { sep } from 'node:path';

/** Counts how often files below a folder are opened; `restore()` ends that. */
export function readsOfFiles(root: string): {
  /** The names, below the folder, in the order in which they were opened. */
  readonly names: readonly string[];
  forget(): void;
  restore(): void;
} {
  const { open, openSync } = fs;
  const byPromise = promises.open;
  const names: string[] = [];
  const counting = <F extends (...args: never[]) => unknown>(work: F) =>
    ((...args: Parameters<F>) => {
      const [path] = args as unknown[];
      if (typeof path === 'string' && path.startsWith(root + sep)) {
        names.push(path.slice(root.length + 1));
      }
      return work(...args);
    }) as F;
  // A slow disk is called by the first, any other by the second.
  Object.assign(fs, { open: counting(open), openSync: counting(openSync) });
  Object.assign(promises, { open: counting(byPromise) });
  return {
    names,
    forget() {
      names.length = 0;
    },
    restore() {
      Object.assign(fs, { open, openSync });
      Object.assign(promises, { open: byPromise });
    },
  };
}
