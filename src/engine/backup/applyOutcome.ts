import type { Condition } from '../ports/bucket';
import type { CloudFile } from '../scan/cloudListing';
import type { Comparison } from '../comparison/comparison';
import type { RuledPath } from '../scan/exclude';
import type { Step } from './plan';
import type { UploadOutcome } from './transfer';

/** Takes what became of a file's upload into its row. */
export function applyOutcome(comparison: Comparison, outcome: UploadOutcome): void {
  const { path } = outcome.step;
  switch (outcome.kind) {
    case 'done': {
      if (outcome.step.ignoredAt !== undefined) {
        countCopy(comparison, outcome.step, outcome.step.ignoredAt, outcome.result.cloud);
        return;
      }
      const verdict = { kind: 'up-to-date', proof: 'uploaded' } as const;
      comparison.finish({ path, isFolder: false, ...outcome.result, verdict }, 'back-up');
      return;
    }
    case 'cancelled':
      comparison.setActivity(path, undefined);
      return;
    case 'failed':
    case 'skipped': {
      const failure = outcome.failure.toRecord();
      const known = comparison.get(path);
      // What the user has left out is what it was.
      if (outcome.step.leftOut !== undefined) comparison.setActivity(path, undefined);
      else if (known === undefined || failure.code !== 'changed-in-cloud') {
        comparison.setActivity(path, { kind: 'failed', failure });
      } else if (isOfCopy(outcome.step.condition, known.cloud)) {
        const verdict = { kind: 'changed-in-cloud', because: 'refused' } as const;
        comparison.place({ ...known, verdict });
      } else {
        // The plan is older than what is known by now, perhaps from an upload of our own.
        comparison.setActivity(path, undefined);
      }
    }
  }
}

/** The row that is ignored stays it, with one copy in the bucket more where there was none. */
function countCopy(
  comparison: Comparison,
  { path, condition }: Step,
  { path: standing, kind, ruling }: RuledPath,
  cloud: CloudFile,
): void {
  if (ruling.kind !== 'ignored') return;
  const known = comparison.get(standing);
  const before = known?.verdict.kind === 'ignored' ? known.verdict.hiddenCopies : 0;
  comparison.place({
    path: standing,
    isFolder: kind === 'folder',
    local: undefined,
    cloud: standing === path ? cloud : known?.cloud,
    verdict: {
      kind: 'ignored',
      because: ruling.because,
      hiddenCopies: before + (condition.kind === 'absent' ? 1 : 0),
    },
  });
}

/** Whether a write's condition is about the cloud copy that is known. */
function isOfCopy(condition: Condition, cloud: CloudFile | undefined): boolean {
  return condition.kind === 'absent' ? cloud === undefined : cloud?.etag === condition.etag;
}
