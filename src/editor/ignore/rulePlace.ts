import type { IgnoreReason, Verdict } from '../../protocol/verdicts';

/** Where a rule stands. */
export type RulePlace = Pick<Extract<IgnoreReason, { kind: 'rule' }>, 'source' | 'line'>;

/** The rule behind a verdict, where there is one to look at. */
export function rulePlace(verdict: Verdict): RulePlace | undefined {
  if (verdict.kind === 'ignored' && verdict.because.kind === 'rule') return verdict.because;
  if (verdict.kind === 'unchecked' && verdict.failure.code === 'ignore-file-unreadable') {
    return { source: verdict.failure.subject, line: 1 };
  }
  return undefined;
}
