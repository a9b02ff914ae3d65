import { window } from 'vscode';
import { compare } from '../../protocol/comparisons';
import type { FolderSetup } from '../../protocol/folders';
import { viewId } from '../contributions/manifest';
import type { EngineClient } from './engineClient';
import type { RunningOperations } from './runningOperations';

/** Runs comparisons, one at a time. */
export class Comparisons {
  #current: { readonly key: string; readonly done: Promise<void>; cancel: () => void } | undefined;

  readonly #engine: EngineClient;
  readonly #operations: RunningOperations;

  constructor(engine: EngineClient, operations: RunningOperations) {
    this.#engine = engine;
    this.#operations = operations;
  }

  /** Joins a running comparison of the same folders and targets, and cancels any other. */
  run(setups: readonly FolderSetup[]): Promise<void> {
    const key = JSON.stringify(setups);
    if (this.#current?.key === key) return this.#current.done;
    this.#current?.cancel();
    let cancelThis = (): void => undefined;
    const work = this.#operations.run(async (token, cancel) => {
      cancelThis = cancel;
      await this.#engine.sendRequest(compare, setups, token);
    });
    const done = work.finally(() => {
      if (this.#current?.done === done) this.#current = undefined;
    });
    this.#current = { key, done, cancel: cancelThis };
    void window.withProgress({ location: { viewId } }, () => done.catch(() => undefined));
    return done;
  }
}
