import type { Chosen, Conflict, FolderConflicts } from '../../protocol/plans';
import { selectEntries } from '../comparison/selectEntries';
import type { CloudFile } from '../scan/cloudListing';
import { type Comparison } from '../comparison/comparison';
import type { Comparisons } from '../comparison/comparisons';
import { throwIfCancelled } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import type { ContentQuestion } from '../compare/judge';
import { inParallel } from '../concurrency/parallel';
import { inPathOrder } from '../batch/step';
import { decideByContent } from '../compare/decideByContent';
import type { Finding } from '../compare/finding';
import type { ComparisonJob } from '../comparison/job';
import { cloudSide, localSide, type Entry } from '../comparison/entry';

/**
 * Returns the conflicts among what was chosen, for the user to decide. Where an upload was refused,
 * nobody has seen the copy that was there: it is checked first, and a file that is no conflict any
 * more moves to its own group.
 */
export async function conflictsAmong(
  comparisons: Comparisons,
  job: ComparisonJob,
  chosen: Chosen,
  signal: AbortSignal,
): Promise<FolderConflicts> {
  const entries = await selectEntries({ comparisons, job, scope: chosen, signal });
  const conflicts = await conflictsOf(entries, comparisons.current(job), job, signal);
  const versioning = conflicts.length === 0 ? 'off' : await job.bucket.versioning(signal);
  return { folder: job.target.folder, conflicts, keepsVersions: versioning === 'enabled' };
}

async function conflictsOf(
  entries: readonly Entry[],
  comparison: Comparison | undefined,
  job: ComparisonJob,
  signal: AbortSignal,
): Promise<readonly Conflict[]> {
  const found = entries.filter(({ verdict }) => verdict.kind === 'changed-in-cloud');
  await inParallel(found.filter(isUnseen), maxChecksAtOnce, async entry => {
    comparison?.place(await recheck(entry, job, signal));
  });
  throwIfCancelled(signal, job.bucket.name);
  const now = found.map(entry => comparison?.get(entry.path) ?? entry);
  return inPathOrder(now.flatMap(entry => toConflict(entry) ?? []));
}

const maxChecksAtOnce = 8;

function isUnseen({ verdict }: Entry): boolean {
  return verdict.kind === 'changed-in-cloud' && verdict.because === 'refused';
}

async function recheck(entry: Entry, job: ComparisonJob, signal: AbortSignal): Promise<Finding> {
  const { bucket, receipts, target } = job;
  const { path, local } = entry;
  const head = await bucket.head({ key: toKey(target.prefix, path), signal });
  const receipt = receipts.get(path);
  if (local === undefined) return entry;
  if (head === undefined) {
    const verdict = {
      kind: 'missing-in-cloud',
      ...(receipt && { safeAt: receipt.provedAt }),
    } as const;
    return { ...entry, cloud: undefined, verdict };
  }
  const { size, etag, modifiedAtMs: modifiedAt, storageClass } = head;
  const cloud: CloudFile = { path, size, etag, modifiedAtMs: modifiedAt, storageClass };
  const request = { ...job, prefix: target.prefix, signal };
  return decideByContent({ local, cloud, receipt, question: stillRefused }, request);
}

/** Somebody else may have stored the very same bytes; anything else stays for the user to decide. */
const refused = { kind: 'changed-in-cloud', because: 'refused' } as const;
const stillRefused: ContentQuestion = {
  kind: 'ask-content',
  equal: { kind: 'up-to-date', proof: 'content' },
  different: refused,
  differentThere: refused,
  unknown: refused,
};

function toConflict({ path, verdict, local, cloud }: Entry): Conflict | undefined {
  if (verdict.kind !== 'changed-in-cloud' || local === undefined || cloud === undefined) {
    return undefined;
  }
  return { path, verdict, local: localSide(local), cloud: cloudSide(cloud), etag: cloud.etag };
}
