import { rootPath, type FilePath } from '../../protocol/folders';
import type { Chosen, Scope } from '../../protocol/plans';
import type { Group } from '../../protocol/verdicts';
import { parentPath, toFilePath, topmost } from '../disk/filePath';
import { Failure } from '../failures/failure';
import type { Comparison } from './comparison';
import type { Comparisons } from './comparisons';
import { groupsToBackUp } from './differences';
import type { ComparisonJob } from './job';
import type { Entry } from './entry';

/** Which files of a folder a command is for. The scopes of all commands are read as one of these. */
export type EntryScope =
  /** Everything in these groups, by the comparison at hand. */
  | { readonly kind: 'groups'; readonly groups: readonly Group[] }
  /** Rows of the comparison at hand, or files and folders of the disk, which are compared anew. */
  | Chosen
  | Extract<Scope, { readonly kind: 'picks' }>
  /** These files, as the comparison at hand has them. */
  | { readonly kind: 'known'; readonly paths: Iterable<FilePath> }
  /** These files, compared anew. */
  | { readonly kind: 'anew'; readonly paths: readonly FilePath[] };

export interface SelectEntriesRequest {
  readonly comparisons: Comparisons;
  readonly job: ComparisonJob;
  readonly scope: EntryScope;
  readonly signal: AbortSignal;
}

/**
 * Finds what a command is for, each file once. Throws `plan-outdated` where the scope goes by the
 * comparison at hand and there is none for this job, and `file-vanished` where a resource does not
 * exist.
 */
export async function selectEntries(request: SelectEntriesRequest): Promise<readonly Entry[]> {
  const { comparisons, job, scope } = request;
  switch (scope.kind) {
    case 'resources':
      return compareResources({ ...request, absolute: scope.paths });
    case 'anew':
      return compareFiles({ ...request, paths: scope.paths });
    default:
      return eachOnce(knownEntries(comparisons.requireCurrent(job), scope));
  }
}

/**
 * Like `selectEntries`, after a look at what the scope touches on disk: of what is not watched, and of
 * files that a program has just made, the comparison at hand may not know.
 */
export async function lookAndSelectEntries(
  request: SelectEntriesRequest,
): Promise<readonly Entry[]> {
  const { comparisons, job, scope, signal } = request;
  await comparisons.lookAt(job, touchedBy(scope), signal);
  return selectEntries(request);
}

/** Nothing where the files are compared anew, or were shown one by one. */
function touchedBy(scope: EntryScope): readonly FilePath[] {
  switch (scope.kind) {
    case 'groups':
      return [rootPath];
    case 'nodes':
      return scope.nodes.map(({ path }) => path);
    case 'picks':
    case 'known':
    case 'resources':
    case 'anew':
      return [];
  }
}

/**
 * Leaves out what comes again. Paths tell entries apart: that of a file that is only in the cloud is
 * made whenever somebody asks for it.
 */
export function eachOnce(entries: Iterable<Entry>): readonly Entry[] {
  const byPath = new Map<FilePath, Entry>();
  for (const entry of entries) byPath.set(entry.path, entry);
  return [...byPath.values()];
}

function* knownEntries(
  comparison: Comparison,
  scope: Exclude<EntryScope, { readonly kind: 'resources' | 'anew' }>,
): Generator<Entry> {
  switch (scope.kind) {
    case 'groups':
      for (const group of scope.groups) yield* comparison.inGroup(group, rootPath);
      return;
    case 'nodes':
      for (const node of scope.nodes) {
        yield* comparison.atRow(node);
        // A file's row means the file, though it may have moved to another group by now.
        const file = comparison.get(node.path);
        if (file?.isFolder === false) yield file;
      }
      return;
    case 'known':
      for (const path of scope.paths) {
        const entry = comparison.get(path);
        if (entry !== undefined) yield entry;
      }
      return;
    case 'picks':
      for (const { kind, path } of scope.picks) {
        for (const group of groupsToBackUp) {
          for (const entry of comparison.inGroup(group, path)) {
            if (kind !== 'loose-files' || parentPath(entry.path) === path) yield entry;
          }
        }
      }
  }
}

export interface CompareFilesRequest {
  readonly comparisons: Comparisons;
  readonly job: ComparisonJob;
  readonly paths: readonly FilePath[];
  readonly signal: AbortSignal;
}

/** Compares known files anew. Files that no longer exist are not in the result. */
export async function compareFiles({
  comparisons,
  job,
  paths,
  signal,
}: CompareFilesRequest): Promise<readonly Entry[]> {
  const wanted = new Set(paths);
  const starts = topmost(paths);
  if (starts.length === 0) return [];
  try {
    const found = await comparisons.compareBelow({
      starts,
      ifVanished: 'leave-out',
      job,
      signal,
    });
    return found.filter(entry => wanted.has(entry.path));
  } catch (error) {
    if (error instanceof Failure && error.code === 'file-vanished') return [];
    throw error;
  }
}

/** Compares files and folders of the disk anew, with everything below them. */
async function compareResources({
  comparisons,
  job,
  absolute,
  signal,
}: Omit<CompareFilesRequest, 'paths'> & {
  readonly absolute: readonly string[];
}): Promise<readonly Entry[]> {
  const starts = absolute.map(path => {
    const start = toFilePath(job.root, path);
    if (start === undefined) throw new Failure('file-vanished', path);
    return start;
  });
  if (starts.length === 0) return [];
  return comparisons.compareBelow({ starts: topmost(starts), job, signal });
}
