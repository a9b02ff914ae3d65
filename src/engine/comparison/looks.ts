import { join } from 'node:path';
import { rootPath, type FilePath } from '../../protocol/folders';
import type { LogEntry } from '../../protocol/host';
import { groups } from '../../protocol/verdicts';
import type { Pieces, QuietTime } from '../concurrency/quietTime';
import { topmost } from '../disk/filePath';
import { throwIfCancelled } from '../failures/failure';
import type { ChangesMeanwhile } from './changesMeanwhile';
import type { ComparedFolder, FolderChanges } from './folderChanges';
import { SecondLooks } from './secondLooks';

export interface LooksOptions {
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal;
  readonly quiet: QuietTime;
  /** Called with the folder that is looked at while somebody waits, and when that is over. */
  readonly onLooking: (folder: string | undefined) => void;
  readonly onLog: (entry: LogEntry) => void;
}

/** Looks at the disk again where no event may have told what has happened there. */
export class Looks {
  readonly #options: LooksOptions;
  readonly #folders: ReadonlyMap<string, ComparedFolder>;
  readonly #changes: Pick<FolderChanges, 'look'>;
  readonly #meanwhile: ChangesMeanwhile;
  readonly #second: SecondLooks;

  /**
   * @param folders Those that are compared, at each moment.
   * @param meanwhile Is told what a look has found, as an event would tell it.
   */
  constructor(
    options: LooksOptions,
    folders: ReadonlyMap<string, ComparedFolder>,
    changes: Pick<FolderChanges, 'look'>,
    meanwhile: ChangesMeanwhile,
  ) {
    this.#options = options;
    this.#folders = folders;
    this.#changes = changes;
    this.#meanwhile = meanwhile;
    const look = (folder: string, paths: readonly FilePath[]) => this.#at(folder, paths);
    this.#second = new SecondLooks({ ...options, look });
  }

  /** Looks at everything when it is time. */
  atEverything(): Promise<void> {
    return this.#options.quiet.look(() => this.#atAll());
  }

  /** Looks at some paths and below them at once: somebody waits for it. Throws `cancelled`. */
  async now(folder: string, starts: readonly FilePath[], signal: AbortSignal): Promise<void> {
    const { quiet, onLooking } = this.#options;
    const telling = setTimeout(() => {
      onLooking(folder);
    }, tellAfterMs);
    try {
      await quiet.during(async () => {
        for await (const piece of this.#at(folder, starts)) {
          quiet.spent(piece);
          throwIfCancelled(signal, folder);
        }
      });
    } finally {
      clearTimeout(telling);
      onLooking(undefined);
    }
    this.onceMoreAtNew(folder, starts);
  }

  /** Looks once more, in a moment, at what an event has told of. */
  onceMore(folder: string, paths: readonly FilePath[]): void {
    this.#second.add(folder, paths);
  }

  /**
   * The same for files that were made just before they were seen: their own event may not have been
   * told by then, and never will be if they are deleted now.
   */
  onceMoreAtNew(folder: string, starts: readonly FilePath[]): void {
    const comparison = this.#folders.get(folder)?.comparison;
    if (comparison === undefined) return;
    const since = BigInt(Date.now() - newMs) * 1_000_000n;
    const found: FilePath[] = [];
    for (const start of starts) {
      for (const group of groups) {
        // What is only in the cloud has no local file, and may be a million.
        if (group === 'only-in-cloud') continue;
        for (const { path, local } of comparison.inGroup(group, start)) {
          if (local !== undefined && local.ctimeNs > since) found.push(path);
        }
      }
    }
    if (found.length > 0) this.#second.add(folder, found);
  }

  async *#atAll(): Pieces {
    for (const folder of [...this.#folders.keys()]) {
      yield* this.#at(folder, [rootPath]);
      this.onceMoreAtNew(folder, [rootPath]);
    }
  }

  async *#at(id: string, starts: readonly FilePath[]): Pieces {
    for (;;) {
      const folder = this.#folders.get(id);
      if (folder === undefined || starts.length === 0) return;
      const isCurrent = () => this.#folders.get(id) === folder;
      const onFound = (path: FilePath) => {
        this.#meanwhile.add(id, [join(folder.root, path)]);
      };
      yield* this.#changes.look(folder, { starts: topmost(starts), isCurrent, onFound });
      // A comparison that has replaced it may have scanned the disk before.
      if (isCurrent()) return;
    }
  }
}

/** What is over before is not told. */
const tellAfterMs = 200;

/** Watchers have told of what is older. */
const newMs = 2_000;
