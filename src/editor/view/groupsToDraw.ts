import { isNotBackedUp, type Group } from '../../protocol/verdicts';
import { groupKey } from './treeOutline';

/**
 * The groups whose pages of rows are to be drawn again, and when that is due. A page of a thousand rows
 * keeps the extension host, which all extensions share, for 20 ms: where changes do not end, pages are
 * drawn once a second only, and with them all numbers.
 */
export class GroupsToDraw {
  readonly #keys = new Set<string>();
  /** Those whose rows VS Code has asked for since all was drawn. */
  readonly #asked = new Set<string>();
  readonly #now: () => number;
  #drawnAtMs = -Infinity;
  #inARow = 0;

  /** @param now Returns milliseconds since any moment. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes groups by their keys. */
  addKeys(keys: Iterable<string>): void {
    for (const key of keys) this.#keys.add(key);
  }

  /** Notes that VS Code asks for rows of a group. */
  noteAsked(folder: string, group: Group): void {
    this.#asked.add(groupKey(folder, group));
  }

  /** Notes groups of a folder whose rows have changed. Rows that are still to be asked for are new. */
  addRows(folder: string, groups: readonly Group[]): void {
    // The rows of its folders tell what else in them is not backed up.
    const concerned = groups.some(isNotBackedUp) ? [...groups, 'up-to-date' as const] : groups;
    const keys = concerned.map(group => groupKey(folder, group));
    this.addKeys(keys.filter(key => this.#asked.has(key)));
  }

  /** Notes that all is drawn, for which VS Code asks for all rows anew. */
  allDrawn(): void {
    this.#keys.clear();
    this.#asked.clear();
  }

  /** Returns the keys of all of them, which are then drawn, or that they have to wait. */
  take(pace: 'at-once' | 'in-turn'): readonly string[] | 'later' {
    if (this.#keys.size === 0) return [];
    const sinceDrawnMs = this.#now() - this.#drawnAtMs;
    const hasTurn = this.#inARow < maxQuick || sinceDrawnMs >= busyIntervalMs;
    if (pace === 'in-turn' && !hasTurn) return 'later';
    this.#inARow = sinceDrawnMs < restMs ? this.#inARow + 1 : 1;
    this.#drawnAtMs = this.#now();
    const keys = [...this.#keys];
    this.#keys.clear();
    return keys;
  }
}

/** So many draws one after the other are quick; who goes on after them is at longer work. */
const maxQuick = 3;

const busyIntervalMs = 1_000;

/** Nothing drawn for so long is the end of it. */
const restMs = 2_000;
