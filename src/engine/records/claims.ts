import { setTimeout as delay } from 'node:timers/promises';
import type { StatementSync } from 'node:sqlite';
import type { Database } from './database';
import { noOtherEngines, type LivingEngines } from './engineLocks';
import { defaultMaxLockMs } from './queuedWrites';

/** Gives a claim up. */
export type Release = () => void;

/**
 * What the engines of all windows are at work on just now. What one has claimed no other gets until
 * it is given up, or the engine that has it is gone.
 */
export class Claims {
  readonly engines: LivingEngines;
  readonly #database: Database;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #takeOver: StatementSync;
  readonly #delete: StatementSync;
  readonly #held = new Set<string>();

  constructor(database: Database, engines: LivingEngines = noOtherEngines) {
    this.#database = database;
    this.engines = engines;
    const { sqlite } = database;
    this.#insert = sqlite.prepare('INSERT INTO claims VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#select = sqlite.prepare('SELECT engine FROM claims WHERE subject = ?');
    this.#takeOver = sqlite.prepare(
      'UPDATE claims SET engine = ? WHERE subject = ? AND engine = ?',
    );
    this.#delete = sqlite.prepare('DELETE FROM claims WHERE subject = ? AND engine = ?');
  }

  /** Returns `undefined` while another engine has the subject, or this one, or nobody can tell. */
  tryTake(subject: string): Release | undefined {
    if (this.#held.has(subject)) return undefined;
    const taken = this.#after(
      subject,
      this.#database.writeNow(() => this.#insertClaim(subject)),
    );
    return typeof taken === 'function' ? taken : undefined;
  }

  /**
   * Waits until the subject can be had, or the signal is aborted: the caller checks which, and must
   * release in both cases. Where the records are locked for long, it is granted all the same: what
   * is written has its conditions besides.
   */
  async take(subject: string, signal: AbortSignal): Promise<Release> {
    let lockedMs = 0;
    for (let pauseMs = minPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
      const taken = await this.#takeSoon(subject);
      if (typeof taken === 'function') return taken;
      lockedMs = taken === 'locked' ? lockedMs + pauseMs : 0;
      if (lockedMs > defaultMaxLockMs) break;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    // An earlier claim could not be deleted while this one was being asked for.
    this.#deleteUnlessHeld(subject);
    return () => undefined;
  }

  async #takeSoon(subject: string): Promise<Release | 'no' | 'locked'> {
    if (this.#held.has(subject)) return 'no';
    // Nobody else in this engine takes it meanwhile.
    this.#held.add(subject);
    const isFree = await this.#database.askSoon(() => this.#insertClaim(subject));
    this.#held.delete(subject);
    return this.#after(subject, isFree);
  }

  /** Whether the subject is this engine's now. */
  #insertClaim(subject: string): boolean {
    const own = this.engines.id();
    if (this.#insert.run(subject, own).changes > 0) return true;
    const other = (this.#select.get(subject) as { engine: string } | undefined)?.engine ?? '';
    if (other !== own && this.engines.isLivingOther(other)) return false;
    // Its engine is gone, or this one could not write down that it had given it up.
    return other === own || this.#takeOver.run(own, subject, other).changes > 0;
  }

  #after(subject: string, isFree: boolean | 'locked' | 'failed'): Release | 'no' | 'locked' {
    if (isFree === 'locked') return 'locked';
    // What cannot be written down, on a full disk say, is no reason to wait for anybody.
    if (isFree === false) return 'no';
    this.#held.add(subject);
    return () => {
      if (this.#held.delete(subject)) this.#deleteUnlessHeld(subject);
    };
  }

  #deleteUnlessHeld(subject: string): void {
    void this.#database.writeSoon(() => {
      // Written later than called, it must not undo a claim that was made meanwhile.
      if (!this.#held.has(subject)) this.#delete.run(subject, this.engines.id());
    });
  }
}

/** Between two looks at what another engine has. */
const minPauseMs = 25;
const maxPauseMs = 400;
