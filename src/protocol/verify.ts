/** Verifying: reading files to compare their contents. */

import type { GroupTotals } from './comparisons';
import { requestType } from './messages';
import type { ChosenRequest } from './plans';
import type { Problem } from './reports';

export interface VerifyProgress {
  readonly files: number;
  readonly bytes: number;
  readonly filesDone: number;
  /** Bytes that have been read. */
  readonly bytesDone: number;
}

/** What reading files has said of their cloud copies; the numbers add up to `files`. */
export interface VerifyReport {
  /** Under which the copies that are still to be read are known. */
  readonly verificationId: number;
  readonly files: number;
  readonly proved: number;
  readonly different: number;
  /** Here, and not in the cloud. */
  readonly missing: number;
  /** Nothing that the store tells can be compared with what is here: only the copies could. */
  readonly unknown: GroupTotals;
  readonly failed: number;
  /** The first hundred that could not be compared. */
  readonly problems: readonly Omit<Problem, 'kind'>[];
}

/** Reads what was chosen, whatever is known of it, and compares it with the cloud as it is now. */
export const verify = requestType<ChosenRequest, VerifyReport>('verify');

/** Reads the cloud copies that a verification could not compare in another way. */
export const readCloudCopies = requestType<number, VerifyReport>('readCloudCopies');
