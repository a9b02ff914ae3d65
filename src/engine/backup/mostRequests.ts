import type { FilePath } from '../../protocol/folders';
import { TimeSlice } from '../concurrency/timeSlice';
import type { Bucket } from '../ports/bucket';
import type { VersioningOf } from '../batch/step';
import type { Route } from '../comparison/job';
import type { BackUpStep } from './backUpStep';
import { otherReceipt } from './storedMeanwhile';
import { costOfWrites, totalOf, type KnownStore, type PlannedWrite } from './writeCosts';

/** Returns how many requests these steps take at the most, as long as nothing is sent twice. */
export async function mostRequests(
  steps: readonly BackUpStep[],
  versioningOf: VersioningOf,
  signal: AbortSignal,
): Promise<number> {
  const cutOffOf = new Map<Route, ReadonlyMap<FilePath, number>>();
  const writes = new Map<Bucket, PlannedWrite[]>();
  const slice = new TimeSlice(signal);
  for (const step of steps) {
    const { route, path, local, condition } = step;
    if (slice.isOver) await slice.next(path);
    const cutOff = cutOffOf.get(route) ?? countByPath(route.unfinished.uploads.paths());
    cutOffOf.set(route, cutOff);
    const write = {
      size: local.size,
      condition: condition.kind,
      hasOtherReceipt: otherReceipt(step) !== undefined,
      cutOff: cutOff.get(path) ?? 0,
    };
    const others = writes.get(route.bucket);
    if (others === undefined) writes.set(route.bucket, [write]);
    else others.push(write);
  }
  const totals = await Promise.all(
    [...writes].map(async ([bucket, own]) =>
      totalOf(costOfWrites(own, await knownStore(bucket, own, versioningOf))),
    ),
  );
  return totals.reduce((sum, total) => sum + total, 0);
}

function countByPath(paths: readonly FilePath[]): ReadonlyMap<FilePath, number> {
  const counts = new Map<FilePath, number>();
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

/** Asks whether versions are kept only where that matters, and one request more does not. */
async function knownStore(
  bucket: Bucket,
  writes: readonly PlannedWrite[],
  versioningOf: VersioningOf,
): Promise<KnownStore> {
  const { writes: known } = bucket;
  const { put, completion } = known.looks;
  const neverLooks = [put, completion].every(
    ({ absent, unchanged }) => absent === 'never' && unchanged === 'never',
  );
  if (neverLooks) return { ...known, keepsVersions: false };
  if (writes.length < writesWorthAsking) return { ...known, keepsVersions: true };
  const versioning = await versioningOf(bucket);
  return { ...known, keepsVersions: versioning === 'enabled' || versioning === 'unknown' };
}

const writesWorthAsking = 100;
