import type { RestoreScope } from '../../protocol/restore';
import { Failure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import { diskNames } from './diskNames';
import { localPlaces } from './localPlaces';
import { restoreEntries } from './restoreEntries';
import type { RestoreStep } from './restorePlan';
import { refusalOf, selectRestores, type RestoreSelection } from './selectRestores';
import { unsafeName } from './unsafeName';
import type { ComparisonJob } from '../comparison/job';

/** Settles what a restore would do in one folder. */
export async function planRestore(
  known: Parameters<typeof restoreEntries>[0],
  job: ComparisonJob,
  scope: RestoreScope,
  signal: AbortSignal,
): Promise<RestoreSelection> {
  if (scope.kind === 'version') return selectVersion(job, scope, signal);
  const entries = await restoreEntries(known, job, scope, signal);
  return selectRestores(job, entries, diskNames(job.root), signal);
}

/** One file as an older copy was; what the comparison says of it does not matter. */
async function selectVersion(
  route: ComparisonJob,
  { path, versionId }: Extract<RestoreScope, { readonly kind: 'version' }>,
  signal: AbortSignal,
): Promise<RestoreSelection> {
  return { steps: [await copyStep(route, { path, versionId }, signal)], excluded: {} };
}

/** The restoring of one copy as it is in the bucket now, whatever the comparison says of it. */
export async function copyStep(
  route: ComparisonJob,
  { path, from, versionId }: CopyToRestore,
  signal: AbortSignal,
): Promise<RestoreStep> {
  const rules = diskNames(route.root);
  const unsafe = unsafeName(path, rules);
  const key = toKey(route.target.prefix, from ?? path);
  const head = await route.bucket.head({ key, versionId, signal });
  if (head === undefined) throw new Failure('no-such-key', from ?? path);
  const { size, etag, modifiedAtMs: modifiedAt, storageClass } = head;
  const place = unsafe === undefined ? localPlaces(route.root, rules)(path) : undefined;
  return {
    route,
    path,
    from,
    cloud: { path, size, etag, modifiedAtMs: modifiedAt, storageClass },
    versionId,
    local: place?.kind === 'file' ? place.local : undefined,
    choice: 'skip',
    refusal: unsafe ?? refusalOf(path, place),
  };
}

type CopyToRestore = Pick<RestoreStep, 'path' | 'versionId'> & Partial<Pick<RestoreStep, 'from'>>;
