import type { Work } from '../../protocol/rows';
import type { Comparison } from '../comparison/comparison';
import type { FreeUpOutcome } from './freeUps';

/** Takes what became of a local file into its row. */
export function applyFreed(comparison: Comparison, outcome: FreeUpOutcome, work: Work): void {
  const { path } = outcome.step;
  switch (outcome.kind) {
    case 'done': {
      const { copy } = outcome.result;
      const verdict = { kind: 'only-in-cloud' } as const;
      comparison.finish({ path, isFolder: false, local: undefined, cloud: copy, verdict }, work);
      return;
    }
    case 'cancelled':
      comparison.setActivity(path, undefined);
      return;
    case 'failed':
    case 'skipped':
      comparison.setActivity(path, { kind: 'failed', failure: outcome.failure.toRecord() });
  }
}
