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

  /**
   * When that was last found out, in milliseconds since 1970; `undefined` where it never was so. What
   * nobody has looked at since then may have changed in the cloud.
   */
  get at(): number | undefined {
    return this.#deps.memory.get<number>(memoryKey);
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #note(): void {
    const { engine, targets, memory } = this.#deps;
    const folders = localFolders().filter(folder => targets.statusOf(folder).kind === 'known');
    const { comparisons } = engine.state;
    const isComplete = areAllSafe(comparisons, folders.map(folderId));
    const wasComplete = this.#wasComplete;
    this.#wasComplete = isComplete;
    if (!isComplete) return;
    // A batch completes it, or a comparison finds it complete.
    const comparedAt = Math.min(...comparisons.map(each => each.comparedAt));
    const at = wasComplete ? Math.max(this.at ?? 0, comparedAt) : Date.now();
    if (at !== this.at) void memory.update(memoryKey, at);
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
