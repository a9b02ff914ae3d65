import type { FilePath } from '../../protocol/folders';
import { rootPath } from '../../protocol/folders';
import type { Entry } from './comparison';
import type { Comparisons } from './comparisons';
import { Failure } from '../failures/failure';
import type { ComparisonJob } from './job';

/** Compares files anew that were known before; what is no longer there is left out of the result. */
export async function compareFiles(
  comparisons: Comparisons,
  job: ComparisonJob,
  paths: readonly FilePath[],
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const wanted = new Set(paths);
  const found: Entry[] = [];
  // One list of all costs less than many of one.
  for (const start of wanted.size > mostSingleLooks ? [commonFolder(paths)] : wanted) {
    found.push(...(await compareIfThere(comparisons, start, job, signal)));
  }
  return found.filter(entry => wanted.has(entry.path));
}

/** Up to so many files are compared one by one. */
const mostSingleLooks = 20;

/** The deepest folder that all of these files lie in. */
function commonFolder([first = rootPath, ...others]: readonly FilePath[]): FilePath {
  let end = first.lastIndexOf('/');
  while (end > 0 && !others.every(path => path.startsWith(first.slice(0, end + 1)))) {
    end = first.lastIndexOf('/', end - 1);
  }
  return first.slice(0, Math.max(0, end)) as FilePath;
}

/** What is no longer on the disk is no reason to leave out the others. */
async function compareIfThere(
  comparisons: Comparisons,
  start: FilePath,
  job: ComparisonJob,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  try {
    return await comparisons.compareBelow(start, job, signal);
  } catch (error) {
    if (error instanceof Failure && error.code === 'file-vanished') return [];
    throw error;
  }
}
