import type { Condition } from './bucket';
import type { CloudFile } from './cloudListing';
import type { Comparison } from './comparison';
import type { UploadOutcome } from './transfer';

/** Takes what became of a file's upload into its row. */
export function settleRow(comparison: Comparison, outcome: UploadOutcome): void {
  const { path } = outcome.step;
  switch (outcome.kind) {
    case 'done': {
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

/** Whether a write's condition is about the cloud copy that is known. */
function isOfCopy(condition: Condition, cloud: CloudFile | undefined): boolean {
  return condition.kind === 'absent' ? cloud === undefined : cloud?.etag === condition.etag;
}
