import type { PlanPreview } from '../../protocol/plans';
import { bulkyFolders } from './bulkyFolders';
import type { Step } from './plan';
import { requestsFor } from './partSize';

/** What a user wants to know of a plan before everything that it names is sent for the first time. */
export function previewOf(steps: readonly Step[]): PlanPreview {
  const files = steps.map(({ route, path, local }) => ({
    folder: route.target.folder,
    path,
    bytes: local.size,
  }));
  return {
    requests: steps.reduce(
      (sum, { route, local }) =>
        sum + requestsFor(local.size) + (route.bucket.looksBeforeWriting ? 1 : 0),
      0,
    ),
    largest: [...files].sort((one, other) => other.bytes - one.bytes).slice(0, mostLargest),
    bulky: bulkyFolders(files),
  };
}

const mostLargest = 10;
