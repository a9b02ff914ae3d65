import type { FolderSetup } from '../../protocol/folders';
import type { Report } from '../../protocol/reports';

/** A finished batch's report, with the folders it worked on. */
export interface FinishedBatch {
  readonly report: Report;
  readonly setups: readonly FolderSetup[];
  /** Files that were asked for but left out, because they were changed in the cloud. */
  readonly conflicts: number;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
}
