import {
  Disposable,
  RelativePattern,
  tasks,
  window,
  workspace,
  type Event,
  type FileSystemWatcher,
  type Uri,
} from 'vscode';
import {
  attend,
  filesChanged,
  forgetFolder,
  recheck,
  settingsChanged,
  type Attention,
} from '../../protocol/comparisons';
import { trafficChanged } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import {
  concernsEngine,
  concernsTarget,
  concernsTraffic,
  rawSettings,
} from '../contributions/settings';
import type { Profiles } from '../targets/profiles';
import { folderById, folderId, localFolders, type Targets } from '../targets/targets';
import type { FilesView } from '../view/filesView';

interface ChangeWatchDeps {
  readonly engine: Pick<EngineClient, 'state' | 'onDidChangeState' | 'notify'>;
  readonly targets: Pick<Targets, 'onDidChange'>;
  readonly profiles: Pick<Profiles, 'settings'>;
  readonly view: {
    readonly treeView: Pick<FilesView['treeView'], 'visible' | 'onDidChangeVisibility'>;
  };
}

/** What says when to look, of what tests can't bring about or wait for. */
interface LookSources {
  readonly isFocused: () => boolean;
  /** Calls back again and again, with so many milliseconds between, until it is disposed of. */
  readonly every: (ms: number, look: () => void) => Disposable;
  /** Fires when a command in a terminal has ended. */
  readonly onDidEndCommand: Event<unknown>;
}

const ownSources: LookSources = {
  isFocused: () => window.state.focused,
  every(ms, look) {
    const timer = setInterval(look, ms);
    return new Disposable(() => {
      clearInterval(timer);
    });
  },
  onDidEndCommand: window.onDidEndTerminalShellExecution,
};

/**
 * Tells the engine what happens to the folders it has compared: files that change, moments at
 * which changes may have been missed, targets and settings that make a comparison void, and limits
 * of transfers.
 */
export class ChangeWatch implements Disposable {
  readonly #subscriptions: readonly Disposable[];
  readonly #watchers = new Map<string, Disposable>();
  readonly #changed = new Map<string, Set<string>>();
  #telling: NodeJS.Timeout | undefined;
  #wasTransferring = false;

  readonly #engine: ChangeWatchDeps['engine'];
  readonly #treeView: ChangeWatchDeps['view']['treeView'];
  readonly #isFocused: LookSources['isFocused'];

  constructor(
    { engine, targets, profiles, view: { treeView } }: ChangeWatchDeps,
    { isFocused, every, onDidEndCommand } = ownSources,
  ) {
    this.#isFocused = isFocused;
    this.#engine = engine;
    this.#treeView = treeView;
    this.#subscriptions = [
      engine.onDidChangeState(() => {
        this.#follow();
      }),
      window.onDidChangeWindowState(({ focused }) => {
        this.#attend();
        if (focused) this.#recheck();
      }),
      treeView.onDidChangeVisibility(({ visible }) => {
        this.#attend();
        if (visible) this.#recheck();
      }),
      // What they change may lie where VS Code does not watch: build output, say.
      tasks.onDidEndTask(this.#recheck),
      onDidEndCommand(this.#recheck),
      window.onDidCloseTerminal(this.#recheck),
      // And what a program changes there that goes on running.
      every(lookEveryMs, () => {
        if (this.#isSomebodyThere()) this.#recheck();
      }),
      targets.onDidChange(folder => {
        this.#forget(folderId(folder));
      }),
      workspace.onDidChangeConfiguration(event => {
        // New limits hold for transfers under way, too.
        if (concernsTraffic(event)) engine.notify(trafficChanged, rawSettings(undefined));
        for (const folder of localFolders()) {
          if (concernsTarget(event, folder.uri)) {
            this.#forget(folderId(folder));
          } else if (concernsEngine(event, folder.uri)) {
            const settings = profiles.settings(folder);
            engine.notify(settingsChanged, { folder: folderId(folder), settings });
          }
        }
      }),
      workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const folder of removed) this.#forget(folderId(folder));
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.#telling);
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const watcher of this.#watchers.values()) watcher.dispose();
  }

  #follow(): void {
    const { state } = this.#engine;
    // From the start of a comparison on: what changes while it runs it may have seen or not.
    const folders = new Set(state.comparisons.map(({ folder }) => folder));
    if (state.kind === 'connecting' || state.kind === 'comparing') folders.add(state.folder);
    for (const id of folders) {
      if (!this.#watchers.has(id)) this.#watch(id);
    }
    for (const [id, watcher] of this.#watchers) {
      if (folders.has(id) || isBusy(state.kind)) continue;
      watcher.dispose();
      this.#watchers.delete(id);
      this.#changed.delete(id);
    }
    if (this.#changed.size > 0) this.#tellSoon();
    const isTransferring = state.kind === 'transferring';
    if (this.#wasTransferring && !isTransferring) this.#recheck();
    this.#wasTransferring = isTransferring;
  }

  #watch(id: string): void {
    const folder = folderById(id);
    if (folder === undefined) return;
    // An engine that has just been started does not know it yet.
    this.#attend();
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder.uri, '**/*'));
    this.#watchers.set(id, Disposable.from(watcher, ...this.#listen(watcher, id)));
  }

  #listen(watcher: FileSystemWatcher, id: string): readonly Disposable[] {
    const note = (uri: Uri): void => {
      const paths = this.#changed.get(id) ?? new Set();
      this.#changed.set(id, paths.add(uri.fsPath));
      this.#tellSoon();
    };
    return [watcher.onDidCreate(note), watcher.onDidChange(note), watcher.onDidDelete(note)];
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#tell();
    }, gatherMs);
  }

  #tell(): void {
    // A comparison under way would replace what is judged now; it is told when it is done.
    if (isBusy(this.#engine.state.kind)) return;
    for (const [folder, paths] of this.#changed) {
      this.#engine.notify(filesChanged, { folder, paths: [...paths] });
    }
    this.#changed.clear();
  }

  readonly #recheck = (): void => {
    if (this.#engine.state.comparisons.length > 0) this.#engine.notify(recheck, null);
  };

  #attend(): void {
    this.#engine.notify<Attention>(attend, this.#isSomebodyThere() ? 'there' : 'away');
  }

  #isSomebodyThere(): boolean {
    return this.#isFocused() || this.#treeView.visible;
  }

  #forget(id: string): void {
    // Also where no comparison is at hand: one by the old settings may be under way.
    this.#engine.notify(forgetFolder, id);
  }
}

/** Gathers changes, since editors write a file in several steps and a checkout writes thousands. */
const gatherMs = 100;

/** The engine puts off looks that would take more of the time than it gives to them. */
const lookEveryMs = 60_000;

function isBusy(kind: EngineClient['state']['kind']): boolean {
  return kind === 'connecting' || kind === 'comparing';
}
