import { CancellationTokenSource, EventEmitter, type CancellationToken, type Event } from 'vscode';

/** The operations under way, which *Cancel* ends. */
export class RunningOperations {
  readonly #sources = new Set<CancellationTokenSource>();
  readonly #onDidChange = new EventEmitter<void>();

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  get isEmpty(): boolean {
    return this.#sources.size === 0;
  }

  /** Runs an operation with a token that *Cancel* and the operation itself can cancel. */
  async run<T>(work: (token: CancellationToken, cancel: () => void) => Promise<T>): Promise<T> {
    const source = new CancellationTokenSource();
    this.#sources.add(source);
    this.#onDidChange.fire();
    try {
      return await work(source.token, () => {
        source.cancel();
      });
    } finally {
      this.#sources.delete(source);
      source.dispose();
      this.#onDidChange.fire();
    }
  }

  cancelAll(): void {
    for (const source of this.#sources) source.cancel();
  }

  dispose(): void {
    this.cancelAll();
    this.#onDidChange.dispose();
  }
}
