import type { FreeUpMethod } from '../../protocol/freeUp';
import type { BatchStep, StepResult } from '../batch/step';
import type { Semaphore } from '../concurrency/semaphore';
import type { ComparisonJob } from '../comparison/job';
import type { TransferControl } from '../network/transferControl';
import type { ListedObject } from '../ports/bucket';
import type { EditorPort } from '../ports/editorPort';
import type { CloudFile } from '../scan/cloudListing';
import type { LocalFile } from '../disk/localFile';
import type { StagingJournal } from '../staging/stagingJournal';

/** The local file that is to go, with the cloud copy that stands for it. */
export interface FreeUpStep extends BatchStep {
  readonly route: ComparisonJob;
  readonly local: LocalFile;
  readonly copy: CloudFile;
  /** Whether the file may come back with another time or other permissions. */
  readonly mayLoseAttributes: boolean;
  /** What the user has chosen to become of the file; undefined until then. */
  readonly method?: FreeUpMethod;
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
  /** Bounds the memory for copies that have to be read whole. */
  readonly semaphore: Semaphore;
  readonly traffic: TransferControl;
  readonly findListed: FindListed;
  /** Called with bytes as they have been read. */
  readonly onBytes: (bytes: number) => void;
}

/** Returns a step's copy as the store lists it under exactly its key, `undefined` if it does not. */
export type FindListed = (step: FreeUpStep) => Promise<ListedObject | undefined>;
