import type { WorkspaceFolder } from 'vscode';
import type { CreatedBucket } from '../../protocol/buckets';
import type { FolderRecord } from '../targets/folderRecords';
import type { Target } from '../targets/target';

/** What the user chose, step by step. */
export interface Choice {
  readonly folder: WorkspaceFolder;
  readonly target: Target;
  /** The record of the folder before it was moved here, if it was. */
  readonly movedFrom: FolderRecord | undefined;
  /** The bucket's options that could not be set or confirmed, if it was created on the way. */
  readonly created: CreatedBucket | undefined;
}
