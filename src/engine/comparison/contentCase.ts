import type { Comparison } from './comparison';
import type { ContentCase } from '../compare/join';
import { judge, type JudgeRules } from '../compare/judge';
import { isSameState } from '../disk/localFile';
import type { Route } from './job';
import type { Entry } from './entry';

/** What reading a file would settle of its verdict; `undefined` where there is nothing to ask. */
export function contentCaseOf(
  { path, local, cloud }: Entry,
  { bucket, receipts }: Pick<Route, 'bucket' | 'receipts'>,
  rule: JudgeRules['rule'],
): ContentCase | undefined {
  if (local === undefined || cloud === undefined) return undefined;
  const receipt = receipts.get(path);
  const reading = receipts.reading(path);
  const { clockOffset } = bucket;
  const question = judge({ local, cloud, receipt, reading }, { rule, clockOffset });
  return question.kind === 'ask-content' ? { local, cloud, receipt, question } : undefined;
}

/** Whether a row is still what was asked about, so that the answer may be taken into it. */
export function isStillAsked(comparison: Comparison, { local, cloud }: ContentCase): boolean {
  const now = comparison.get(local.path);
  return (
    now?.local !== undefined &&
    isSameState(now.local, local) &&
    now.cloud?.etag === cloud.etag &&
    now.cloud.size === cloud.size &&
    (now.activity === undefined || now.activity.kind === 'verifying')
  );
}
