import type { RawSettings } from '../../protocol/folders';
import { Semaphore } from '../concurrency/semaphore';
import { parseTrafficSettings } from '../config/settings';
import type { TransferControl } from './transferControl';

/** How much of the network uploads may have. */
export interface UploadLimits {
  /** Shared by all batches, so that they do not multiply what is in flight. */
  readonly semaphore: Semaphore;
  /** Holds for what is under way too. */
  set(raw: RawSettings): void;
}

export function uploadLimits(traffic: TransferControl): UploadLimits {
  const shared = new Semaphore({ places: requestsInFlight, bytes: bytesInFlight });
  return {
    semaphore: shared,
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
