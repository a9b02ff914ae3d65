import type { FilePath } from '../../protocol/folders';
import type { ConflictChoice } from '../../protocol/restore';
import type { BatchStep } from '../batch/batch';
import type { CloudFile } from '../scan/cloudListing';
import type { Failure } from '../failures/failure';
import type { LocalFile } from '../disk/localFile';

/** The restoring of one file from the cloud copy that was seen. */
export interface RestoreStep extends BatchStep {
  readonly cloud: CloudFile;
  /** Whose copy it is, where it is not to come back to its own place. */
  readonly from?: FilePath | undefined;
  /** Of an older copy; `undefined` for the one that stands there now. */
  readonly versionId: string | undefined;
  /** What is in its place, as the plan saw it; no restore replaces anything else. */
  readonly local: LocalFile | undefined;
  /** What to do with the local file. */
  readonly choice: ConflictChoice;
  /** Why it cannot be restored here. */
  readonly refusal: Failure | undefined;
}

/** What a user confirms is what runs: the steps in their order, and nothing else. */
export interface RestorePlan {
  readonly id: number;
  readonly steps: readonly RestoreStep[];
}
