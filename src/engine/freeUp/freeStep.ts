import type { BatchStep, StepResult } from '../batch/batch';
import type { Semaphore } from '../concurrency/semaphore';
import type { CloudFile } from '../scan/cloudListing';
import type { EditorPort } from '../ports/editorPort';
import type { LocalFile } from '../disk/localFile';
import type { StagingJournal } from '../staging/stagingJournal';
import type { TransferControl } from '../network/transferControl';
import type { FindListed } from './listedCopies';
import type { ComparisonJob } from '../comparison/job';

/** The local file that is to go, with the cloud copy that stands for it. */
export interface FreeUpStep extends BatchStep {
  readonly route: ComparisonJob;
  readonly local: LocalFile;
  readonly copy: CloudFile;
}

/** A file whose bytes are only in the cloud now. */
export interface FreeUpResult extends StepResult {
  readonly copy: CloudFile;
}

/** What freeing a file needs. */
export interface FreeUpTools {
  readonly journal: StagingJournal;
  readonly editor: EditorPort;
  /** Shared by all files: disks are slower when more of them are read at once. */
  readonly reading: Semaphore;
  readonly signal: AbortSignal;
  /** What copies are read into that have to be read whole. */
  readonly memory: Semaphore;
  readonly traffic: TransferControl;
  readonly findListed: FindListed;
  /** Called with bytes as they have been read. */
  readonly onBytes: (bytes: number) => void;
}
