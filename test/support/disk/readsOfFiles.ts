import promises from 'node:fs/promises';
import { sep } from 'node:path';

/** Counts how often files below a folder are opened; `restore()` ends that. */
export function readsOfFiles(root: string): {
  /** The names, below the folder, in the order in which they were opened. */
  readonly names: readonly string[];
  forget(): void;
  restore(): void;
} {
  const open = promises.open;
  const names: string[] = [];
  const counting: typeof open = (path, ...rest) => {
    if (typeof path === 'string' && path.startsWith(root + sep)) {
      names.push(path.slice(root.length + 1));
    }
    return open(path, ...rest);
  };
  Object.assign(promises, { open: counting });
  return {
    names,
    forget() {
      names.length = 0;
    },
    restore() {
      Object.assign(promises, { open });
    },
  };
}
