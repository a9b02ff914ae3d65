import type { FilePath } from '../../protocol/folders';
import type { ConflictChoice } from '../../protocol/restore';
import type { BatchStep, StepResult } from '../batch/step';
import type { Semaphore } from '../concurrency/semaphore';
import type { Failure } from '../failures/failure';
import type { TransferControl } from '../network/transferControl';
import type { EditorPort } from '../ports/editorPort';
import type { CloudFile } from '../scan/cloudListing';
import type { FreeSpace } from '../disk/freeSpace';
import type { LocalFile } from '../disk/localFile';
import type { StagingJournal } from '../staging/stagingJournal';
import type { FolderLeases } from './folderLeases';

/** The restoring of one file from the cloud copy that was seen. */
export interface RestoreStep extends BatchStep {
  readonly cloud: CloudFile;
  /** The path of the copy, where it is not restored to its own path. */
  readonly from?: FilePath | undefined;
  /** Of an older copy; `undefined` for the current one. */
  readonly versionId: string | undefined;
  /** What is at the path, as the plan saw it; no restore replaces anything else. */
  readonly local: LocalFile | undefined;
  /** What to do with the local file. */
  readonly choice: ConflictChoice;
  /** Why it cannot be restored here. */
  readonly refusal: Failure | undefined;
}

/** A file that was restored. */
export interface Restored extends StepResult {
  readonly cloud: CloudFile;
  readonly current: CurrentCopy;
}

/** The copy that stands under the path now, which may be another than the restored one. */
export type CurrentCopy =
  | { readonly kind: 'seen'; readonly cloud: CloudFile | undefined }
  | { readonly kind: 'unknown'; readonly failure: Failure };

/** What restoring a file needs. */
export interface RestoreTools {
  readonly folders: FolderLeases;
  readonly space: FreeSpace;
  readonly journal: StagingJournal;
  readonly editor: EditorPort;
  readonly semaphore: Semaphore;
  readonly traffic: TransferControl;
}
