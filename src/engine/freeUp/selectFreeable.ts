import type { FilePath } from '../../protocol/folders';
import type { KeptReason } from '../../protocol/freeUp';
import { isArchiveClass } from '../ports/bucket';
import { fileName } from '../disk/filePath';
import { isTaken } from '../backup/plan';
import type { FreeUpStep } from './freeStep';
import type { ComparisonJob } from '../comparison/job';
import type { Entry } from '../comparison/entry';

/** Which local files may go, and why the others stay. */
export interface FreeSelection {
  readonly steps: readonly FreeUpStep[];
  readonly kept: ReadonlyMap<KeptReason, readonly FilePath[]>;
}

/**
 * The steps for those findings that are proved to be in the cloud. All other local files are named:
 * who lets a folder go is to know what of it remains.
 */
export function selectFreeable(route: ComparisonJob, entries: Iterable<Entry>): FreeSelection {
  const steps: FreeUpStep[] = [];
  const kept = new Map<KeptReason, FilePath[]>();
  for (const entry of entries) {
    const { path, local, cloud } = entry;
    const reason = reasonToStay(entry);
    if (reason === 'not-here') continue;
    if (reason === undefined) {
      if (local !== undefined && cloud !== undefined) {
        steps.push({ route, path, local, copy: cloud });
      }
      continue;
    }
    const paths = kept.get(reason);
    if (paths === undefined) kept.set(reason, [path]);
    else paths.push(path);
  }
  steps.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  return { steps, kept };
}

/** `undefined` for what may go. */
function reasonToStay({
  path,
  cloud,
  verdict,
  activity,
}: Entry): KeptReason | 'not-here' | undefined {
  switch (verdict.kind) {
    case 'only-in-cloud':
    case 'lost':
      return 'not-here';
    case 'ignored':
      return isAboutKey(verdict.because.kind) ? 'not-here' : 'ignored';
    case 'out-of-date':
    case 'missing-in-cloud':
    case 'changed-in-cloud':
    case 'unchecked':
      return verdict.kind;
    case 'up-to-date':
      if (isTaken(activity) || activity?.kind === 'verifying') return 'under-way';
      if (verdict.proof === 'name-and-time' || verdict.proof === 'unconfirmed') {
        return 'not-proved';
      }
      // To have them back takes hours, and money.
      if (isArchiveClass(cloud?.storageClass)) return 'archived';
      // Without them the next back-up would take what they keep out.
      return ignoreFiles.has(fileName(path)) ? 'ignore-file' : undefined;
  }
}

const ignoreFiles = new Set(['.s3backupignore', '.gitignore']);

/** What is ignored as a key of the bucket is no file here. */
function isAboutKey(kind: string): boolean {
  return kind === 'not-a-path' || kind === 'below-local-file' || kind === 'namesake-is-folder';
}
