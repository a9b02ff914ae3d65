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

/** How many files a report names: those of the plan, and those that were left alone. */
export function filesNamed({ planned, leftAlone }: Pick<Report, 'planned' | 'leftAlone'>): number {
  return planned + leftAlone;
}
