import { KeyedLock } from '../concurrency/keyedLock';
import type { Claims, Release } from '../records/claims';

/** Lets steps take turns on a file: those of this engine's batches, and those of other windows. */
export class FileTurns {
  readonly #own = new KeyedLock();
  readonly #claims: Claims;

  constructor(claims: Claims) {
    this.#claims = claims;
  }

  /**
   * Waits until nobody else works on the file, absolute, or the signal is aborted: the caller checks
   * which, and must release in both cases.
   */
  async acquire(file: string, signal: AbortSignal): Promise<Release> {
    // First among the own ones: a claim says nothing of which of them has it.
    const releaseOwn = await this.#own.acquire(file, signal);
    const release = await this.#claims.take(JSON.stringify(['file', file]), signal);
    return () => {
      release();
      releaseOwn();
    };
  }
}
