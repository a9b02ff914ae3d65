import type { BatchStep, Moved } from '../batch/batch';
import type { Budget } from '../concurrency/semaphore';
import type { CloudFile } from '../scan/cloudListing';
import type { ComparisonJob } from '../comparison/comparisons';
import type { EditorPort } from '../ports/editorPort';
import type { LocalFile } from '../scan/localScan';
import type { OwnFileJournal } from '../staging/stagingJournal';
import type { Traffic } from '../network/transferControl';
import type { FindListed } from './listedCopies';

/** The local file that is to go, with the cloud copy that stands for it. */
export interface FreeStep extends BatchStep {
  readonly route: ComparisonJob;
  readonly local: LocalFile;
  readonly copy: CloudFile;
}

/** A file whose bytes are only in the cloud now. */
export interface Freed extends Moved {
  readonly copy: CloudFile;
}

/** What freeing a file needs. */
export interface FreeTools {
  readonly journal: OwnFileJournal;
  readonly editor: EditorPort;
  /** Shared by all files: disks are slower when more of them are read at once. */
  readonly reading: Budget;
  readonly signal: AbortSignal;
  /** What copies are read into that have to be read whole. */
  readonly memory: Budget;
  readonly traffic: Traffic;
  readonly findListed: FindListed;
  /** Called with bytes as they have been read. */
  readonly onBytes: (bytes: number) => void;
}
