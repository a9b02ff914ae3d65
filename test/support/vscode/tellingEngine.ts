import { EventEmitter } from 'vscode';

import type { RequestType } from '../../../src/protocol/messages';
import type { RowsChange } from '../../../src/protocol/rows';
import type { State } from '../../../src/protocol/state';

/** An engine that tells what the tests say, and answers what they let it. */
export class TellingEngine {
  readonly #onDidChangeState = new EventEmitter<State>();
  readonly #onDidChangeRows = new EventEmitter<RowsChange>();
  readonly #answer: (method: string, params: unknown) => unknown;
  /** What every request asked for. */
  readonly asked: unknown[] = [];
  state: State = { kind: 'idle', comparisons: [], unfinished: [] };

  readonly onDidChangeState = this.#onDidChangeState.event;
  readonly onDidChangeRows = this.#onDidChangeRows.event;

  constructor(answer: (method: string, params: unknown) => unknown) {
    this.#answer = answer;
  }

  tell(state: State): void {
    this.state = state;
    this.#onDidChangeState.fire(state);
  }

  tellRows(change: RowsChange): void {
    this.#onDidChangeRows.fire(change);
  }

  sendRequest<P, R>({ method }: RequestType<P, R>, params: P): Promise<R> {
    this.asked.push(params);
    return Promise.resolve(this.#answer(method, params) as R);
  }

  dispose(): void {
    this.#onDidChangeState.dispose();
    this.#onDidChangeRows.dispose();
  }
}
