import type { FailureCode } from '../../protocol/failures';
import type { Report } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import type { Outcome } from './batch';

/** The outcomes of a plan in numbers that add up to it, with the files that did not arrive. */
export function toReport(work: Work, planId: number, outcomes: readonly Outcome[]): Report {
  const count = (kind: Outcome['kind']) => outcomes.filter(outcome => outcome.kind === kind).length;
  return {
    work,
    planId,
    planned: outcomes.length,
    done: count('done'),
    failed: count('failed'),
    skipped: count('skipped'),
    cancelled: count('cancelled'),
    bytes: outcomes.reduce(
      (sum, outcome) => sum + (outcome.kind === 'done' ? outcome.bytes : 0),
      0,
    ),
    reasons: reasonsOf(outcomes),
    problems: outcomes
      .flatMap(({ step, ...fate }): Report['problems'] => {
        if (fate.kind === 'done' || fate.failure === undefined) return [];
        const { folder } = step.route.target;
        return [{ folder, path: step.path, kind: fate.kind, failure: fate.failure.toRecord() }];
      })
      .slice(0, mostTroubles),
  };
}

/** A report is one message; all there is to know is asked for page by page. */
const mostTroubles = 100;

function reasonsOf(outcomes: readonly Outcome[]): Report['reasons'] {
  const reasons: Partial<Record<FailureCode, number>> = {};
  for (const outcome of outcomes) {
    if (outcome.kind === 'done' || outcome.failure === undefined) continue;
    const { code } = outcome.failure;
    reasons[code] = (reasons[code] ?? 0) + 1;
  }
  return reasons;
}

/** A report in one line, for the log. */
export function describeReport(report: Report): string {
  const { work, planned, done, failed, skipped, cancelled, bytes } = report;
  const parts = [
    `${String(done)} ${doneWords[work]} (${String(bytes)} bytes)`,
    `${String(failed)} failed`,
    `${String(skipped)} skipped`,
    `${String(cancelled)} cancelled`,
  ];
  return `Batch of ${String(planned)}: ${parts.join(', ')}`;
}

const doneWords: Readonly<Record<Work, string>> = {
  'back-up': 'backed up',
  restore: 'restored',
  'free-up': 'freed',
  trash: 'moved to the trash',
};
