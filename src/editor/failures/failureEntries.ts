import type { FailureCode } from '../../protocol/failures';
import { credentialFailures } from './credentialFailures';
import { diskFailures } from './diskFailures';
import type { FailureEntry } from './failureEntry';
import { freeUpFailures } from './freeUpFailures';
import { networkFailures } from './networkFailures';
import { ownFailures } from './ownFailures';
import { storeFailures } from './storeFailures';
import { targetFailures } from './targetFailures';

/** What is said of each failure there is: what happened, what to do next, and the buttons. */
export const failureEntries: Readonly<Record<FailureCode, FailureEntry>> = {
  ...targetFailures,
  ...credentialFailures,
  ...networkFailures,
  ...storeFailures,
  ...diskFailures,
  ...freeUpFailures,
  ...ownFailures,
};
