import type { ChangedRow } from '../../protocol/rows';
import type { Group } from '../../protocol/verdicts';

type Report = (folder: string, groups: readonly Group[], rows: readonly ChangedRow[]) => void;

/**
 * Collects which rows have changed, and reports them at most ten times a second: the first ones after
 * a rest at once, so that a click is answered; what only says that work begins a little later, since
 * most work has ended by then, and a row that changes twice in a moment flickers.
 */
export class RowChanges {
  readonly #report: Report;
  readonly #now: () => number;
  readonly #pending = new Map<string, Pending>();
  #timer: { readonly timeout: NodeJS.Timeout; readonly dueAtMs: number } | undefined;
  #reportedAtMs = -Infinity;
  #isDisposed = false;

  /** @param now Returns milliseconds since any moment. */
  constructor(report: Report, now: () => number = () => performance.now()) {
    this.#report = report;
    this.#now = now;
  }

  /** Notes that rows of these groups changed, or that a single one did, which stays in its group. */
  add(folder: string, groups: readonly Group[], row?: ChangedRow): void {
    if (this.#isDisposed) return;
    const known = this.#pending.get(folder) ?? {
      groups: new Set(),
      isFull: false,
      rows: new Map(),
    };
    this.#pending.set(folder, known);
    for (const group of groups) known.groups.add(group);
    if (row !== undefined) addRow(known, row);
    const onlyBegins = row !== undefined && groups.length === 0 && begins(row);
    const now = this.#now();
    const next = Math.max(now, this.#reportedAtMs + intervalMs);
    this.#reportAt(onlyBegins ? Math.max(next, now + beginningMs) : next, now);
  }

  /** Reports at once what is still pending. */
  flush(): void {
    clearTimeout(this.#timer?.timeout);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    this.#reportedAtMs = this.#now();
    const changes = [...this.#pending];
    this.#pending.clear();
    for (const [folder, { groups, rows }] of changes) {
      this.#report(folder, [...groups], [...rows.values()]);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer?.timeout);
    this.#pending.clear();
  }

  #reportAt(dueAtMs: number, now: number): void {
    if (this.#timer !== undefined && this.#timer.dueAtMs <= dueAtMs) return;
    clearTimeout(this.#timer?.timeout);
    const timeout = setTimeout(() => {
      this.flush();
    }, dueAtMs - now);
    this.#timer = { timeout, dueAtMs };
  }
}

interface Pending {
  readonly groups: Set<Group>;
  /** Whether more rows have changed than are told. */
  isFull: boolean;
  /** By path. */
  readonly rows: Map<string, ChangedRow>;
}

/** Where there are too many rows to tell, their groups are told instead. */
function addRow(pending: Pending, changed: ChangedRow): void {
  const { groups, rows } = pending;
  if (!pending.isFull) rows.set(changed.row.path, changed);
  pending.isFull ||= rows.size > maxRows;
  if (!pending.isFull) return;
  for (const { group } of [...rows.values(), changed]) groups.add(group);
  rows.clear();
}

function begins({ row: { activity } }: ChangedRow): boolean {
  return activity?.kind === 'waiting' || activity?.kind === 'under-way';
}

/** The shortest time between two reports. */
const intervalMs = 100;

/** Work that ends within this time is never shown as under way. */
const beginningMs = 100;

/** A page has a thousand rows; beyond some of them, asking for it costs less. */
const maxRows = 100;
