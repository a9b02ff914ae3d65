import { EventEmitter, type Disposable, type Event } from 'vscode';
import { filterRows } from '../../protocol/rows';
import { ContextKey } from '../contributions/contextKey';
import type { EngineClient } from '../client/engineClient';

/** What the rows are filtered by. The engine filters: the editor knows only the rows it has drawn. */
export class RowFilter implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #isSet = new ContextKey<boolean>('s3Backup.filtered');
  readonly #listening: Disposable;
  #text = '';

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor(private readonly engine: EngineClient) {
    // Without rows there is nothing to filter; a new engine does not know the old one's filter.
    this.#listening = engine.onDidChangeState(state => {
      if (state.comparisons.length === 0) this.set('');
    });
  }

  get text(): string {
    return this.#text;
  }

  /** An empty text shows all rows. */
  set(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.engine.tell(filterRows, text);
    this.#isSet.set(text.trim() !== '');
    this.#onDidChange.fire();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#onDidChange.dispose();
  }
}
