import type { FilePath } from '../../protocol/folders';
import type { Group } from '../../protocol/verdicts';
import type { CloudFile } from '../scan/cloudListing';
import { Failure } from '../failures/failure';
import { isTaken } from '../backup/plan';
import { copiesBehindLinks } from './copiesBehindLinks';
import { findCollisions } from './collisions';
import { localPlaces, type Place } from './localPlaces';
import type { RestoreStep } from './restorePlan';
import { unsafeKey, unsafeName, type NameRules } from './unsafeName';
import type { Route } from '../comparison/job';
import type { Entry } from '../comparison/entry';
import { TimeSlice } from '../concurrency/timeSlice';

/** Which findings a restore takes up, and how many of the others were asked for. */
export interface RestoreSelection {
  readonly steps: readonly RestoreStep[];
  readonly excluded: Readonly<Partial<Record<Group, number>>>;
}

/**
 * The steps for those findings that have a copy in the cloud which is not here as well. What cannot
 * be a file here is a step too, one that is refused: nobody is to believe that all has come back.
 */
export async function selectRestores(
  route: Route,
  entries: readonly Entry[],
  rules: NameRules,
  signal: AbortSignal,
): Promise<RestoreSelection> {
  const excluded: Partial<Record<Group, number>> = {};
  const wanted: CloudFile[] = [];
  const unsafe = new Map<FilePath, Failure | undefined>();
  for (const entry of entries) {
    const { cloud, verdict } = entry;
    if (cloud !== undefined && isWanted(entry)) {
      wanted.push(cloud);
      if (verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path') {
        unsafe.set(cloud.path, unsafeKey(cloud.path, verdict.because.fault));
      }
    } else excluded[verdict.kind] = (excluded[verdict.kind] ?? 0) + 1;
  }
  wanted.push(...(await copiesBehindLinks(route, entries, signal)));
  wanted.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  for (const { path } of wanted) {
    if (!unsafe.has(path)) unsafe.set(path, unsafeName(path, rules));
  }
  const safe = wanted.filter(({ path }) => unsafe.get(path) === undefined);
  const collisions = findCollisions(
    safe.map(({ path }) => path),
    rules,
  );
  const lookAt = localPlaces(route.root, rules);
  const steps: RestoreStep[] = [];
  const slice = new TimeSlice(signal);
  for (const cloud of wanted) {
    const { path } = cloud;
    const obstacle = collisions.get(path);
    const refusal = unsafe.get(path) ?? (obstacle && new Failure('in-the-way', path, obstacle));
    const place = refusal === undefined ? lookAt(path) : undefined;
    steps.push({
      route,
      path,
      cloud,
      versionId: undefined,
      local: place?.kind === 'file' ? place.local : undefined,
      choice: 'skip',
      refusal: refusal ?? refusalOf(path, place),
    });
    if (slice.isOver) await slice.next(path);
  }
  return { steps, excluded };
}

/** Whether a file's copy is to come back, if it can. */
function isWanted({ verdict, activity }: Entry): boolean {
  // What is on its way, in either direction, is not fetched beside it.
  if (isTaken(activity) || activity?.kind === 'verifying') return false;
  switch (verdict.kind) {
    case 'only-in-cloud':
    case 'changed-in-cloud':
    case 'out-of-date':
    case 'unchecked':
      return true;
    case 'ignored':
      return isObstructed(verdict.because.kind) || isForeign(verdict.because);
    case 'up-to-date':
    case 'missing-in-cloud':
    case 'lost':
      return false;
  }
}

/** What is ignored only because something else is in its place. */
function isObstructed(kind: string): boolean {
  return kind === 'below-local-file' || kind === 'namesake-is-folder';
}

/** What somebody keeps in the bucket under a key that is no path; markers of folders hold nothing. */
function isForeign(because: { readonly kind: string; readonly fault?: string }): boolean {
  return because.kind === 'not-a-path' && because.fault !== 'folder-marker';
}

/** Why nothing can be put into a place; `undefined` where something can. */
export function refusalOf(path: FilePath, place: Place | undefined): Failure | undefined {
  if (place?.kind === 'taken') return new Failure('in-the-way', path, place.by);
  return place?.kind === 'unreadable' ? place.failure : undefined;
}
