import { listCloud, type CloudFile } from '../scan/cloudListing';
import type { Route } from '../comparison/job';
import type { Entry } from '../comparison/entry';

/**
 * The copies of files that would lie behind links. A comparison only counts them on the link's row;
 * whoever restores is to hear of each that it stays where it is.
 */
export async function copiesBehindLinks(
  { bucket, target: { prefix } }: Route,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<readonly CloudFile[]> {
  const found: CloudFile[] = [];
  for (const { path, verdict } of entries) {
    const isLink = verdict.kind === 'ignored' && verdict.because.kind === 'link';
    if (!isLink || verdict.hiddenCopies === 0) continue;
    for await (const page of listCloud({ bucket, prefix, start: path, signal })) {
      for (const entry of page) if (entry.kind === 'file') found.push(entry.file);
    }
  }
  return found;
}
