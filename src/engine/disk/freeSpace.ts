import { statfs } from 'node:fs/promises';
import type { HeldFolder } from './heldFolder';

/**
 * Returns how many bytes the disk that holds a folder has room for, `undefined` where it does not
 * say. A volume may be mounted anywhere below the workspace folder, so ask of the folder in which the
 * file is to be.
 */
export async function freeBytes(absoluteFolder: string): Promise<bigint | undefined> {
  const { blocks, bavail, bsize } = await statfs(absoluteFolder, { bigint: true });
  // Some network disks report no size.
  return blocks === 0n ? undefined : bavail * bsize;
}

/**
 * Knows how much room disks have without asking them for each of ten thousand files. What it says
 * may be a second old where there is far more room than is needed, and is fresh where there is not.
 */
export class FreeSpace {
  readonly #volumes = new Map<string, Volume>();
  readonly #now: () => number;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Returns how much room a folder's disk has as `freeBytes` does; `bytes` of it are taken then. */
  async take(
    folder: Pick<HeldFolder, 'at' | 'volume'>,
    bytes: number,
  ): Promise<bigint | undefined> {
    const { volume } = folder;
    const known = this.#volumes.get(volume);
    if (known !== undefined && this.#now() - known.askedAtMs < maxAgeMs) {
      const free = await known.free;
      const left = (free ?? 0n) - known.taken;
      // Where all of it would be taken, others may have done so already.
      if (left > 2n * BigInt(bytes)) {
        known.taken += BigInt(bytes);
        return left;
      }
    }
    const asked: Volume = { askedAtMs: this.#now(), free: freeBytes(folder.at('.')), taken: 0n };
    this.#volumes.set(volume, asked);
    // Whoever comes next asks again where this fails.
    asked.free.catch(() => this.#volumes.delete(volume));
    const free = await asked.free;
    asked.taken += BigInt(bytes);
    return free;
  }
}

interface Volume {
  readonly askedAtMs: number;
  readonly free: Promise<bigint | undefined>;
  /** Since then, whether or not it is written yet. */
  taken: bigint;
}

const maxAgeMs = 1000;
