import type { FailureCode } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { Report, ReportEntry, ReportPage, RequestCounts } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import { isSameTarget, type ComparisonTarget } from '../comparison/job';
import { BoundedMap } from '../concurrency/boundedMap';
import { Failure } from '../failures/failure';
import { describeRequests } from '../network/requestCount';
import type { LeftAlone, Outcome, StepResult } from './step';

/** Older reports are forgotten. */
export const maxRecentReports = 5;

/** The last reports, for whoever asks what became of each file. */
export class RecentReports {
  readonly #files = new BoundedMap<number, readonly ReportedFile[]>(maxRecentReports);

  add(planId: number, files: readonly ReportedFile[]): void {
    const inOrder = order.flatMap(kind => files.filter(file => file.kind === kind));
    this.#files.set(planId, inOrder);
  }

  /** Entries of one report, those that did not arrive first. Throws `plan-outdated`. */
  page(planId: number, offset: number, limit: number): ReportPage {
    const all = this.#of(planId);
    return { entries: all.slice(offset, offset + limit).map(toEntry), total: all.length };
  }

  /**
   * The files of a target that failed; not those that were skipped or cancelled. Throws
   * `plan-outdated`.
   */
  failed(planId: number, target: ComparisonTarget): readonly FilePath[] {
    return this.#of(planId).flatMap(({ kind, step: { path, route } }) =>
      kind === 'failed' && isSameTarget(route.target, target) ? [path] : [],
    );
  }

  /** The files of a target that were skipped for this reason. Throws `plan-outdated`. */
  keptBecause(code: FailureCode, planId: number, target: ComparisonTarget): readonly FilePath[] {
    return this.#of(planId).flatMap(outcome => {
      const { path, route } = outcome.step;
      const isMeant = outcome.kind === 'skipped' && outcome.failure.code === code;
      return isMeant && isSameTarget(route.target, target) ? [path] : [];
    });
  }

  #of(planId: number): readonly ReportedFile[] {
    const found = this.#files.get(planId);
    if (found === undefined) throw new Failure('plan-outdated', String(planId));
    return found;
  }
}

type ReportedFile = Outcome | LeftAlone;

const order = ['failed', 'skipped', 'cancelled', 'left-alone', 'done'] as const;

/** Counts outcomes in numbers that add up to the plan, and names the files that did not arrive. */
export function toReport({
  work,
  planId,
  outcomes,
  leftAlone,
  requests,
}: {
  readonly work: Work;
  readonly planId: number;
  readonly outcomes: readonly Outcome[];
  readonly leftAlone: readonly LeftAlone[];
  readonly requests: RequestCounts;
}): Report {
  const count = (kind: Outcome['kind']) => outcomes.filter(outcome => outcome.kind === kind).length;
  return {
    work,
    planId,
    planned: outcomes.length,
    done: count('done'),
    failed: count('failed'),
    skipped: count('skipped'),
    cancelled: count('cancelled'),
    leftAlone: leftAlone.length,
    bytes: outcomes.reduce(
      (sum, outcome) => sum + (outcome.kind === 'done' ? outcome.bytes : 0),
      0,
    ),
    requests,
    reasons: reasonsOf(outcomes),
    stopped: outcomes.find(isLeft)?.failure?.toRecord(),
    attributesNotSet: outcomes.filter(lacksAttributes).length,
    problems: outcomes
      .flatMap(({ step, ...ending }): Report['problems'] => {
        if (ending.kind === 'done' || ending.failure === undefined) return [];
        const { folder } = step.route.target;
        return [{ folder, path: step.path, kind: ending.kind, failure: ending.failure.toRecord() }];
      })
      .slice(0, maxProblems),
  };
}

/** A report is one message; the editor asks for the rest page by page. */
const maxProblems = 100;

function isLeft(outcome: Outcome): outcome is Outcome & { readonly failure?: Failure } {
  return outcome.kind === 'cancelled' && outcome.isLeft === true;
}

function lacksAttributes(outcome: Outcome): boolean {
  return outcome.kind === 'done' && (outcome.result.notSet ?? []).length > 0;
}

function reasonsOf(outcomes: readonly Outcome[]): Report['reasons'] {
  const reasons: Partial<Record<FailureCode, number>> = {};
  for (const outcome of outcomes) {
    if (outcome.kind === 'done' || outcome.failure === undefined) continue;
    const { code } = outcome.failure;
    reasons[code] = (reasons[code] ?? 0) + 1;
  }
  return reasons;
}

/** Describes a report in one line, for the log. */
export function describeReport(report: Report): string {
  const { work, planned, done, failed, skipped, cancelled, leftAlone } = report;
  const { bytes, stopped, requests } = report;
  const numbers = [
    `${String(done)} ${doneWords[work]} (${String(bytes)} bytes)`,
    `${String(failed)} failed`,
    `${String(skipped)} skipped`,
    `${String(cancelled)} ${stopped === undefined ? 'cancelled' : 'left, since all was refused'}`,
    ...(leftAlone > 0 ? [`${String(leftAlone)} more left alone`] : []),
  ];
  return `Batch of ${String(planned)}: ${numbers.join(', ')}; ${describeRequests(requests)}`;
}

const doneWords: Readonly<Record<Work, string>> = {
  'back-up': 'backed up',
  restore: 'restored',
  'free-up': 'freed',
  trash: 'moved to the trash',
};

function toEntry(file: ReportedFile): ReportEntry {
  const { kind, bytes, step } = file;
  const { route, path } = step;
  const entry = { kind, folder: route.target.folder, path, bytes, failure: undefined };
  switch (file.kind) {
    case 'done':
      return { ...entry, ...restoredPlace(file.result, path) };
    case 'left-alone':
      return { ...entry, because: file.because };
    default:
      return { ...entry, failure: file.failure?.toRecord() };
  }
}

/** Where a restored file is, what it has replaced, and what it lacks. */
function restoredPlace({ local, replaced, notSet = [] }: StepResult, path: FilePath) {
  return {
    ...(local.path !== path && { restoredAs: local.path }),
    ...(replaced !== undefined && { replaced }),
    ...(notSet.length > 0 && { notSet }),
  };
}
