import type { FilePath } from '../../protocol/folders';
import type { Verdict } from '../../protocol/verdicts';
import type { CloudFile } from '../scan/cloudListing';
import type { LocalFile } from '../disk/localFile';

/** What is known of one path: its two sides, and the verdict over them. */
export interface Finding {
  readonly path: FilePath;
  /** Whether it stands for an ignored or unreadable folder and everything below it. */
  readonly isFolder: boolean;
  readonly local: LocalFile | undefined;
  readonly cloud: CloudFile | undefined;
  readonly verdict: Verdict;
}
