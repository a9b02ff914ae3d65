import { rootPath, type FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import type { Pieces, QuietTime } from '../concurrency/quietTime';
import { describeFailure, isCancelled, toFailure } from '../failures/failure';

export interface SecondLooksOptions {
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal;
  readonly quiet: QuietTime;
  readonly look: (folder: string, paths: readonly FilePath[]) => Pieces;
  readonly onLog: (entry: LogEntry) => void;
}

type Places = Map<string, Set<FilePath>>;

/**
 * Looks once more at what events have told of, a moment later. VS Code tells nothing of what is
 * created and deleted within a moment (`EventCoalescer` in its src/vs/platform/files/common/watcher.ts),
 * but an event of something else, of the folder say, may have led us to it in between.
 */
export class SecondLooks {
  readonly #options: SecondLooksOptions;
  /** What was told since the last look, and before that. */
  #young: Places = new Map();
  #old: Places = new Map();
  #isRunning = false;

  constructor(options: SecondLooksOptions) {
    this.#options = options;
  }

  add(folder: string, paths: readonly FilePath[]): void {
    // In a batch they come one by one, and copying what has come would take longer each time.
    const young = this.#young.get(folder) ?? new Set();
    for (const path of paths) young.add(path);
    this.#young.set(folder, young);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    const { quiet, signal, look, onLog } = this.#options;
    this.#isRunning = true;
    try {
      while (this.#young.size + this.#old.size > 0) {
        const due = this.#old;
        this.#old = this.#young;
        this.#young = new Map();
        for (const [folder, paths] of due) {
          await quiet.turn(signal);
          // To walk is cheaper than to look for so many one by one.
          const places = paths.size > maxPlaces ? [rootPath] : [...paths];
          for await (const piece of look(folder, places)) {
            quiet.spent(piece);
            await quiet.turn(signal);
          }
        }
        await quiet.sleep(betweenMs, signal);
      }
    } catch (error) {
      if (isCancelled(error)) return;
      const message = `Looking once more failed: ${describeFailure(toFailure(error, ''))}`;
      onLog({ level: 'warning', message });
    } finally {
      this.#isRunning = false;
    }
  }
}

const maxPlaces = 500;

/** Longer than watchers gather events for; each place is looked at after one to two times of it. */
const betweenMs = 1_000;
