import type { RawSettings } from '../../protocol/folders';
import type { Width } from '../concurrency/parallel';
import { Semaphore } from '../concurrency/semaphore';
import { parseTrafficSettings } from '../config/settings';
import { initialLevel, maxPlaces, nextLevel } from './concurrencyLevel';
import type { Sent, TransferControl } from './transferControl';

/**
 * How much of the network and of the memory all batches together may take. Where the settings do not
 * say, the number of requests finds its own level.
 */
export class TransferLimits {
  /** Shared by all batches, so that they do not multiply what is in flight. */
  readonly semaphore = new Semaphore({ places: initialLevel.places, bytes: maxBytesInFlight });
  /** How many files a batch works on at a time. It follows the requests: idle lanes cost time, too. */
  readonly lanes: Width;
  readonly #listeners = new Set<() => void>();
  readonly #traffic: TransferControl;
  #level = initialLevel;
  /** What the user has set; `undefined` where the level finds itself. */
  #asked: number | undefined;
  #window = emptyWindow();

  constructor(traffic: TransferControl) {
    this.#traffic = traffic;
    traffic.onSent = sent => {
      this.#note(sent);
    };
    const places = () => this.#places;
    this.lanes = {
      get current() {
        return places() + lanesAhead;
      },
      onGrown: listener => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  /** Applies the settings, to what is under way too. Throws `invalid-setting`. */
  set(raw: RawSettings): void {
    const { concurrency, bandwidthLimit } = parseTrafficSettings(raw);
    this.#asked = concurrency;
    this.#apply();
    this.#traffic.setLimit(bandwidthLimit);
  }

  get #places(): number {
    return this.#asked ?? this.#level.places;
  }

  #apply(): void {
    this.semaphore.setPlaces(this.#places);
    for (const listener of [...this.#listeners]) listener();
  }

  #note({ bytes, ms: tookMs, wasBusy }: Sent): void {
    const window = this.#window;
    window.requests++;
    window.cost += bytes + costOfRequestBytes;
    window.ms += tookMs;
    window.quickestMs = Math.min(window.quickestMs, tookMs);
    if (this.semaphore.arePlacesTaken) window.full++;
    window.wasBusy ||= wasBusy;
    const ms = performance.now() - window.begun;
    if (ms < minWindowMs || window.requests < 2 * this.#level.places) return;
    this.#window = emptyWindow();
    if (ms > maxWindowMs) {
      // After a pause nobody knows how long the work took, or how far the store is.
      this.#level = { ...this.#level, quickestMs: undefined };
      return;
    }
    this.#level = nextLevel(this.#level, {
      rate: window.cost / ms,
      wasFull: 2 * window.full > window.requests && !this.#traffic.isLimited,
      meanMs: window.ms / window.requests,
      quickestMs: window.quickestMs,
      wasBusy: window.wasBusy,
    });
    this.#apply();
  }
}

function emptyWindow() {
  return {
    begun: performance.now(),
    requests: 0,
    cost: 0,
    ms: 0,
    quickestMs: Infinity,
    full: 0,
    wasBusy: false,
  };
}

/** Files that are opened and looked at while others have their requests in flight. */
const lanesAhead = 16;
/** Files that a batch works on at a time, at the most. */
export const maxLanes = maxPlaces + lanesAhead;
/** What a request costs beside its bytes, as if it had so many more. */
const costOfRequestBytes = 64 << 10;
const minWindowMs = 100;
const maxWindowMs = 30_000;
/** Bounds the memory of all batches together: 64 MiB. */
const maxBytesInFlight = 64 << 20;
