import type { WorkspaceFolder } from 'vscode';
import type { CreatedBucket } from '../../protocol/buckets';
import type { FolderRecord } from '../targets/folderRecords';
import type { Target } from '../targets/target';

/** What the user settled, step by step. */
export interface Choice {
  readonly folder: WorkspaceFolder;
  readonly target: Target;
  /** The record of the folder that this one was before it was moved. */
  readonly movedFrom: FolderRecord | undefined;
  /** What is not known to be set on a bucket that was created on the way. */
  readonly created: CreatedBucket | undefined;
}
