import type { Comparison } from '../comparison/comparison';
import type { RestoreOutcome } from './runRestore';

/** Takes what became of a file's restoring into its row. */
export function applyRestored(comparison: Comparison, outcome: RestoreOutcome): void {
  const { path } = outcome.step;
  if (outcome.kind === 'failed' || outcome.kind === 'skipped') {
    comparison.setActivity(path, { kind: 'failed', failure: outcome.failure.toRecord() });
    return;
  }
  const receipt = outcome.kind === 'done' ? outcome.result.receipt : undefined;
  if (outcome.kind === 'done' && receipt !== undefined) {
    const { local, cloud } = outcome.result;
    const verdict = { kind: 'up-to-date', proof: 'content' } as const;
    comparison.finish({ path, isFolder: false, local, cloud, verdict }, 'restore');
    return;
  }
  // A file beside its place, or an older one in it, is judged by what is on the disk now.
  comparison.setActivity(path, undefined);
}
