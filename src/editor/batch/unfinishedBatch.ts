import {
  EventEmitter,
  l10n,
  StatusBarAlignment,
  window,
  type Disposable,
  type Event,
  type Memento,
  type StatusBarItem,
} from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import type { UnfinishedFiles, State } from '../../protocol/state';
import { ContextKey } from '../contributions/contextKey';
import type { CommandId } from '../contributions/manifest';
import type { EngineClient } from '../client/engineClient';
import { formatCount } from '../format/quantity';
import { folderId, localFolders, type Targets } from '../targets/targets';

/**
 * Counts the files that interrupted batches have left, and offers to resume them. The engine knows
 * the numbers; until it runs, those remembered here count, so that a new window need not start it.
 */
export class UnfinishedBatch implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #hasUnfinished = new ContextKey('s3Backup.unfinished');
  readonly #listening: readonly Disposable[];
  /** The first folder of the running batch; all of the batch's files are counted under it. */
  #underWay: UnfinishedFiles | undefined;
  #batches = 0;
  #notedAt = -Infinity;
  #item: StatusBarItem | undefined;

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor(
    private readonly engine: EngineClient,
    private readonly targets: Targets,
    private readonly memory: Memento,
  ) {
    this.#listening = [
      engine.onDidChangeState(state => {
        this.#follow(state);
      }),
      targets.onDidChange(() => {
        this.#show();
      }),
    ];
    this.#show();
  }

  /** The folders with files left over that are still backed up to the same target. */
  get folders(): ReturnType<typeof localFolders> {
    const noted = this.#noted;
    return localFolders().filter(folder => {
      const status = this.targets.statusOf(folder);
      const known = noted.find(each => each.folder === folderId(folder));
      return (
        known !== undefined &&
        status.kind === 'known' &&
        status.target.bucket === known.bucket &&
        status.target.prefix === known.prefix
      );
    });
  }

  /** How many files could be resumed now; 0 while a batch runs. */
  get files(): number {
    if (this.#underWay !== undefined) return 0;
    const ids = new Set(this.folders.map(folderId));
    return this.#noted.reduce((sum, { folder, files }) => sum + (ids.has(folder) ? files : 0), 0);
  }

  /** Is part of the view's message. */
  get line(): string | undefined {
    const { files } = this;
    if (files === 0) return undefined;
    return l10n.t('{0} left from an earlier backup', formatCount(files));
  }

  /**
   * Runs a batch of this many files. If the window closes first, the next one offers to resume it.
   */
  async during<T>(
    [first]: readonly FolderSetup[],
    files: number,
    batch: () => Promise<T>,
  ): Promise<T> {
    if (first === undefined) return batch();
    const { id: folder, bucket, prefix } = first;
    this.#underWay = { folder, bucket, prefix, files };
    this.#batches++;
    this.#note([this.#underWay]);
    try {
      return await batch();
    } finally {
      if (--this.#batches === 0) this.#underWay = undefined;
      this.#follow(this.engine.state);
    }
  }

  forget(): void {
    this.#note(this.#noted.map(each => ({ ...each, files: 0 })));
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#item?.dispose();
    this.#onDidChange.dispose();
  }

  get #noted(): readonly UnfinishedFiles[] {
    return this.memory.get<readonly UnfinishedFiles[]>(memoryKey, []);
  }

  #follow(state: State): void {
    if (this.#underWay === undefined) {
      this.#note(state.unfinished);
    } else if (isRunning(state) && Date.now() - this.#notedAt > minNoteIntervalMs) {
      const backUps = state.batches.filter(({ work }) => work === 'back-up');
      const files = backUps.reduce((sum, batch) => sum + batch.files - batch.filesDone, 0);
      this.#note([{ ...this.#underWay, files }]);
    }
  }

  /** Replaces the remembered numbers of these folders. */
  #note(news: readonly UnfinishedFiles[]): void {
    const before = this.#noted;
    const others = before.filter(known => !news.some(each => each.folder === known.folder));
    const after = [...others, ...news].filter(({ files }) => files > 0);
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      this.#notedAt = Date.now();
      void this.memory.update(memoryKey, after);
    }
    this.#show();
  }

  #show(): void {
    const { files } = this;
    this.#hasUnfinished.set(files > 0);
    if (files > 0) {
      this.#item ??= newItem();
      this.#item.text = l10n.t('$(debug-continue) Resume {0} remaining', formatCount(files));
      this.#item.show();
    } else {
      this.#item?.hide();
    }
    this.#onDidChange.fire();
  }
}

const memoryKey = 'unfinished';

/** VS Code writes the memento to disk; not every number is worth that. */
const minNoteIntervalMs = 2000;

function isRunning(state: State): state is Extract<State, { readonly batches: unknown }> {
  return state.kind === 'transferring' || state.kind === 'paused';
}

function newItem(): StatusBarItem {
  const item = window.createStatusBarItem('s3Backup.unfinished', StatusBarAlignment.Left);
  item.name = l10n.t('S3 Backup: Remaining Files');
  item.tooltip = l10n.t('Compare, then finish an earlier backup');
  item.command = 's3Backup.resume' satisfies CommandId;
  return item;
}
