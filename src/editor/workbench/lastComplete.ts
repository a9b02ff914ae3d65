import type { Disposable, Memento } from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import type { EngineClient } from '../client/engineClient';
import { folderId, localFolders, type Targets } from '../targets/targets';
import { unsafeFiles } from '../view/statusLine';

interface LastCompleteDeps {
  readonly engine: Pick<EngineClient, 'state' | 'onDidChangeState'>;
  readonly targets: Pick<Targets, 'statusOf'>;
  /** Of this workspace. */
  readonly memory: Pick<Memento, 'get' | 'update'>;
}

/** Remembers when all files of the workspace were last proved to be safe at the same time. */
export class LastComplete implements Disposable {
  readonly #deps: LastCompleteDeps;
  readonly #listening: Disposable;
  #wasComplete = false;

  constructor(deps: LastCompleteDeps) {
    this.#deps = deps;
    this.#listening = deps.engine.onDidChangeState(() => {
      this.#note();
    });
  }

  /** Milliseconds since 1970; `undefined` where it never was so. */
  get at(): number | undefined {
    const { memory } = this.#deps;
    return this.#wasComplete ? Date.now() : memory.get<number>(memoryKey);
  }

  dispose(): void {
    // The last moment of a window that closes while all is safe.
    if (this.#wasComplete) void this.#deps.memory.update(memoryKey, Date.now());
    this.#listening.dispose();
  }

  #note(): void {
    const { engine, targets, memory } = this.#deps;
    const folders = localFolders().filter(folder => targets.statusOf(folder).kind === 'known');
    const isComplete = areAllSafe(engine.state.comparisons, folders.map(folderId));
    // Written when it begins and when it ends: VS Code writes a memento to the disk.
    if (isComplete !== this.#wasComplete) void memory.update(memoryKey, Date.now());
    this.#wasComplete = isComplete;
  }
}

const memoryKey = 'lastComplete';

/** Whether nothing of these folders is unsafe, and nothing of them is unknown. */
export function areAllSafe(
  comparisons: readonly ComparisonTotals[],
  folders: readonly string[],
): boolean {
  const known = new Set(
    comparisons.filter(({ incomplete }) => incomplete === undefined).map(({ folder }) => folder),
  );
  return (
    folders.length > 0 &&
    folders.every(folder => known.has(folder)) &&
    comparisons.every(({ groups }) => groups.lost.files === 0) &&
    unsafeFiles(comparisons).files === 0
  );
}
