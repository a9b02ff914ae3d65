import { EventEmitter, type Disposable, type Event, type Memento } from 'vscode';
import type { TreeLayout } from '../../protocol/rows';
import { ContextKey } from '../contributions/contextKey';

/** Whether the view shows a tree or a flat list; remembered for all windows. */
export class LayoutChoice implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #key = new ContextKey('s3Backup.layout');

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor(private readonly memory: Memento) {
    this.#key.set(this.current);
  }

  get current(): TreeLayout {
    return this.memory.get<TreeLayout>(memoryKey) === 'list' ? 'list' : 'tree';
  }

  async choose(layout: TreeLayout): Promise<void> {
    await this.memory.update(memoryKey, layout);
    this.#key.set(layout);
    this.#onDidChange.fire();
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }
}

const memoryKey = 'treeLayout';
