import { EventEmitter, type Disposable, type Event, l10n, window } from 'vscode';
import type { EngineClient } from '../client/engineClient';
import { ContextKey } from '../contributions/contextKey';
import { formatCount, formatFiles } from '../format/quantity';
import type { ComparisonTotals } from '../../protocol/comparisons';
import { filterRows } from '../../protocol/rows';

/**
 * The filter of the rows. The engine applies it, because the editor knows only the rows it shows.
 */
export class RowFilter implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #isSet = new ContextKey('s3Backup.filtered');
  readonly #listening: Disposable;
  #text = '';
  #applied = '';
  #isSending = false;

  /** Fires when the engine has applied a filter, and its state counts by it. */
  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor(private readonly engine: EngineClient) {
    // Without rows there is nothing to filter, and a new engine does not know the filter.
    this.#listening = engine.onDidChangeState(state => {
      if (state.comparisons.length === 0) this.set('');
    });
  }

  /** What was typed last. */
  get text(): string {
    return this.#text;
  }

  /** What the rows and numbers of the engine go by. */
  get applied(): string {
    return this.#applied;
  }

  /** An empty text shows all rows. */
  set(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#isSet.set(text.trim() !== '');
    void this.#send();
  }

  /** Sends one text at a time, and then only the latest: what was typed meanwhile is passed over. */
  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#applied !== this.#text) {
      const text = this.#text;
      try {
        if (this.engine.running) await this.engine.sendRequest(filterRows, text);
      } catch {
        // The engine has stopped. Its state says so, and the next one knows no filter.
      }
      this.#applied = text;
    }
    this.#isSending = false;
    this.#onDidChange.fire();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#onDidChange.dispose();
  }
}

/** Asks for a filter, and applies it while the user types. Escape restores the previous one. */
export async function askForFilter(filter: RowFilter): Promise<void> {
  const before = filter.text;
  const input = window.createInputBox();
  input.title = l10n.t('Filter the Files');
  input.placeholder = l10n.t('Part of a name or path; * stands for any text, as in *.jpg');
  input.prompt = l10n.t('An empty filter shows all files.');
  input.value = before;
  input.onDidChangeValue(text => {
    filter.set(text);
  });
  await new Promise<void>(resolve => {
    let isKept = false;
    input.onDidAccept(() => {
      isKept = true;
      input.hide();
    });
    input.onDidHide(() => {
      if (!isKept) filter.set(before);
      resolve();
    });
    input.show();
  });
  input.dispose();
}

/**
 * Says how much matches the filter, for the message above the tree. Returns `undefined` without a
 * filter.
 */
export function filterLine(
  comparisons: readonly ComparisonTotals[],
  text: string,
): string | undefined {
  const filtered = comparisons.filter(({ shown }) => shown !== undefined);
  if (filtered.length === 0) return undefined;
  const found = filtered.reduce((sum, comparison) => sum + comparison.found, 0);
  const shown = filtered
    .flatMap(comparison => Object.values(comparison.shown ?? {}))
    .reduce((sum, files) => sum + files, 0);
  const filter = text.trim();
  return shown === 0
    ? l10n.t('no file matches the filter “{0}”', filter)
    : l10n.t('{0} of {1} match the filter “{2}”', formatCount(shown), formatFiles(found), filter);
}
