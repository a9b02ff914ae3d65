import { window } from 'vscode';
import { compare } from '../../protocol/comparisons';
import type { FolderSetup } from '../../protocol/folders';
import { viewId } from '../contributions/manifest';
import type { EngineClient } from './engineClient';
import type { RunningOperations } from './runningOperations';

/** Runs comparisons, one at a time. */
export class Comparisons {
  #current: Running | undefined;

  readonly #engine: EngineClient;
  readonly #operations: RunningOperations;

  constructor(engine: EngineClient, operations: RunningOperations) {
    this.#engine = engine;
    this.#operations = operations;
  }

  /**
   * Joins a running comparison of the same folders and targets, and cancels any other. One that may
   * ask for nothing is no answer to a person, so that it is cancelled, too.
   */
  run(setups: readonly FolderSetup[]): Promise<void> {
    const key = JSON.stringify(setups.map(setup => ({ ...setup, isUnasked: undefined })));
    const isUnasked = setups.every(setup => setup.isUnasked === true);
    if (this.#current?.key === key && (isUnasked || !this.#current.isUnasked)) {
      return this.#current.done;
    }
    this.#current?.cancel();
    let cancelThis = (): void => undefined;
    const work = this.#operations.run(async (token, cancel) => {
      cancelThis = cancel;
      await this.#engine.sendRequest(compare, setups, token);
    });
    const done = work.finally(() => {
      if (this.#current?.done === done) this.#current = undefined;
    });
    this.#current = { key, isUnasked, done, cancel: cancelThis };
    void window.withProgress({ location: { viewId } }, () => done.catch(() => undefined));
    return done;
  }
}

interface Running {
  readonly key: string;
  readonly isUnasked: boolean;
  readonly done: Promise<void>;
  readonly cancel: () => void;
}
