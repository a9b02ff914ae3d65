import type { RawSettings } from '../../protocol/folders';
import { Semaphore } from '../concurrency/semaphore';
import { parseTrafficSettings } from '../config/settings';
import type { TransferControl } from './transferControl';

/** How much of the network and of the memory all batches together may take. */
export class TransferLimits {
  /** Shared by all batches, so that they do not multiply what is in flight. */
  readonly semaphore = new Semaphore({ places: defaultConcurrency, bytes: maxBytesInFlight });
  readonly #traffic: TransferControl;

  constructor(traffic: TransferControl) {
    this.#traffic = traffic;
  }

  /** Applies the settings, to what is under way too. Throws `invalid-setting`. */
  set(raw: RawSettings): void {
    const { concurrency, bandwidthLimit } = parseTrafficSettings(raw);
    this.semaphore.setPlaces(concurrency ?? defaultConcurrency);
    this.#traffic.setLimit(bandwidthLimit);
  }
}

/** Requests in flight where the settings do not say. */
const defaultConcurrency = 48;
/** Bounds the memory of all batches together: 64 MiB. */
const maxBytesInFlight = 64 << 20;
