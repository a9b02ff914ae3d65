import type { FilePath } from '../../protocol/folders';
import type { Work } from '../../protocol/rows';
import type { BatchProgress } from '../../protocol/state';
import type { TransferControl } from '../network/transferControl';
import { RateMeter } from './rateMeter';
import type { Outcome } from './step';

export interface BatchProgressOptions {
  readonly work: Work;
  readonly planId: number;
  readonly files: number;
  readonly bytes: number;
  readonly traffic: TransferControl;
  readonly onProgress: (progress: BatchProgress) => void;
}

/** Counts what a batch does, and reports it with its rate and the time left. */
export class BatchProgressCounter {
  readonly #options: BatchProgressOptions;
  readonly #byteRate = new RateMeter();
  readonly #costRate = new RateMeter();
  readonly #underWay = new Set<FilePath>();
  readonly #timer: NodeJS.Timeout;
  #bytesDone = 0;
  #filesDone = 0;
  #done = 0;
  #failed = 0;
  /** When the last byte moved, or an answer ended a file, by a clock that never goes back. */
  #movedAtMs = performance.now();
  #isStopped = false;

  constructor(options: BatchProgressOptions) {
    this.#options = options;
    this.#report();
    // A batch in which nothing moves has to show that too.
    this.#timer = setInterval(() => {
      if (options.traffic.isPaused) {
        this.#byteRate.restart();
        this.#costRate.restart();
        this.#movedAtMs = performance.now();
      }
      this.#report();
    }, reportIntervalMs);
  }

  started(path: FilePath): void {
    if (this.#underWay.size === 0) this.#movedAtMs = performance.now();
    this.#underWay.add(path);
    this.#report();
  }

  /** Negative where bytes have moved in vain. */
  moved(bytes: number): void {
    this.#bytesDone += bytes;
    if (bytes > 0) this.#movedAtMs = performance.now();
    this.#report();
  }

  ended(path: FilePath, kind: Outcome['kind']): void {
    this.#underWay.delete(path);
    this.#filesDone++;
    this.#movedAtMs = performance.now();
    if (kind === 'done') this.#done++;
    if (kind === 'failed') this.#failed++;
    this.#report();
  }

  /** Reports nothing any more: a request that was given up may still count bytes. */
  stop(): void {
    clearInterval(this.#timer);
    this.#isStopped = true;
  }

  #report(): void {
    if (this.#isStopped) return;
    const { work, planId, files, bytes, onProgress } = this.#options;
    const bytesDone = this.#bytesDone;
    const filesDone = this.#filesDone;
    const now = performance.now();
    this.#byteRate.note(bytesDone, now);
    this.#costRate.note(bytesDone + filesDone * costOfFileBytes, now);
    const costLeft = bytes - bytesDone + (files - filesDone) * costOfFileBytes;
    const costPerSecond = this.#costRate.perSecond;
    onProgress({
      work,
      planId,
      files,
      bytes,
      filesDone,
      bytesDone: Math.max(0, Math.min(bytes, bytesDone)),
      done: this.#done,
      failed: this.#failed,
      bytesPerSecond: this.#byteRate.perSecond,
      secondsLeft: costPerSecond > 0 ? Math.max(0, costLeft / costPerSecond) : undefined,
      awaitsStore: this.#underWay.size > 0 && now - this.#movedAtMs >= stalledMs,
      current: this.#underWay.values().next().value,
    });
  }
}

/** What a file costs beside its bytes, as if it had so many more. */
const costOfFileBytes = 64 << 10;

const reportIntervalMs = 500;

/** As long as the window of the rates: when these have come down to nothing, the reason is told. */
const stalledMs = 10_000;
