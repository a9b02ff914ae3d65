import type { Report } from '../protocol';
import type { Outcome } from './transfer';

/** The outcomes of a plan in numbers that add up to it, with the files that did not arrive. */
export function toReport(planId: number, outcomes: readonly Outcome[]): Report {
  const count = (kind: Outcome['kind']) => outcomes.filter(outcome => outcome.kind === kind).length;
  return {
    planId,
    planned: outcomes.length,
    backedUp: count('backed-up'),
    failed: count('failed'),
    skipped: count('skipped'),
    cancelled: count('cancelled'),
    bytes: outcomes.reduce(
      (sum, outcome) => sum + (outcome.kind === 'backed-up' ? outcome.uploaded.local.size : 0),
      0,
    ),
    troubles: outcomes.flatMap(outcome =>
      outcome.kind === 'failed' || outcome.kind === 'skipped'
        ? [
            {
              folder: outcome.step.route.target.folder,
              path: outcome.step.path,
              kind: outcome.kind,
              failure: outcome.failure.toRecord(),
            },
          ]
        : [],
    ),
  };
}

/** A report in one line, for the log. */
export function describeReport(report: Report): string {
  const { planned, backedUp, failed, skipped, cancelled, bytes } = report;
  const parts = [
    `${String(backedUp)} backed up (${String(bytes)} bytes)`,
    `${String(failed)} failed`,
    `${String(skipped)} skipped`,
    `${String(cancelled)} cancelled`,
  ];
  return `Batch of ${String(planned)}: ${parts.join(', ')}`;
}
