import fs from 'node:fs';

/** Lets each open file say that it has this size, as virtual files do, until `restore`. */
export function untrueSizes(size: number): { readonly restore: () => void } {
  const { fstatSync } = fs;
  const untrueFields = (fd: number) =>
    Object.assign(fstatSync(fd, { bigint: true }), { size: BigInt(size) });
  Object.assign(fs, { fstatSync: untrueFields });
  return {
    restore() {
      Object.assign(fs, { fstatSync });
    },
  };
}
