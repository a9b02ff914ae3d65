import { commands } from 'vscode';
import type { ContextKeyName, ContextValue } from './manifest';

/** A value that `when` clauses of the manifest ask for. */
export class ContextKey<N extends ContextKeyName> {
  readonly #name: N;
  #value: ContextValue<N> | undefined;

  constructor(name: N) {
    this.#name = name;
  }

  set(value: ContextValue<N>): void {
    if (this.#value === value) return;
    this.#value = value;
    void commands.executeCommand('setContext', this.#name, value);
  }
}
