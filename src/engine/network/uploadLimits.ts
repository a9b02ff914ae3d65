import type { RawSettings } from '../../protocol/folders';
import { budget, type Budget } from '../concurrency/semaphore';
import { parseTrafficSettings } from '../config/settings';
import type { Traffic } from './transferControl';

/** How much of the network uploads may have. */
export interface UploadLimits {
  /** Shared by all batches, so that they do not multiply what is in flight. */
  readonly budget: Budget;
  /** Holds for what is under way too. */
  set(raw: RawSettings): void;
}

export function uploadLimits(traffic: Traffic): UploadLimits {
  const shared = budget(requestsInFlight, bytesInFlight);
  return {
    budget: shared,
    set(raw) {
      const { concurrency, bandwidthLimit } = parseTrafficSettings(raw);
      shared.setPlaces(concurrency ?? requestsInFlight);
      traffic.limit(bandwidthLimit);
    },
  };
}

const requestsInFlight = 48;
/** Bounds the memory of all uploads together. */
const bytesInFlight = 64 << 20;
