import type { Group } from '../../protocol/verdicts';

/** Collects which groups' rows have changed, and reports them at most ten times a second. */
export class RowChanges {
  readonly #report: (folder: string, groups: readonly Group[]) => void;
  readonly #pending = new Map<string, Set<Group>>();
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(report: (folder: string, groups: readonly Group[]) => void) {
    this.#report = report;
  }

  add(folder: string, groups: readonly Group[]): void {
    if (this.#isDisposed) return;
    const known = this.#pending.get(folder) ?? new Set();
    for (const group of groups) known.add(group);
    this.#pending.set(folder, known);
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, intervalMs);
  }

  /** Reports at once what is still pending. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changes = [...this.#pending];
    this.#pending.clear();
    for (const [folder, groups] of changes) this.#report(folder, [...groups]);
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#pending.clear();
  }
}

const intervalMs = 100;
