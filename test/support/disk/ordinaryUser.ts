import { chmodSync } from 'node:fs';

/** Why nothing can be denied to this process, or `undefined`. */
export const nothingDenied: string | undefined =
  process.platform === 'win32' ? 'Windows denies by other means than modes' : undefined;

/**
 * Runs `work` as a user to whom modes mean something: root, who may read everything, becomes
 * somebody else meanwhile. `root` is the folder that this user must be able to reach.
 */
export async function asOrdinaryUser<T>(root: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  chmodSync(root, 0o755);
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

const nobody = 65_534;
