import type { BatchStep } from './batch';
import type { Versioning } from '../ports/bucket';

/** Of each bucket that these steps have to do with, once. */
export function versioningOf(
  steps: readonly BatchStep[],
  signal: AbortSignal,
): Promise<readonly Versioning[]> {
  const buckets = new Set(steps.map(({ route }) => route.bucket));
  return Promise.all([...buckets].map(bucket => bucket.versioning(signal)));
}
