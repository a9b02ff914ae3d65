import { commands } from 'vscode';

/** A value that `when` clauses of the manifest can ask for. */
export class ContextKey<T extends string | boolean> {
  #value: T | undefined;

  constructor(private readonly name: string) {}

  set(value: T): void {
    if (this.#value === value) return;
    this.#value = value;
    void commands.executeCommand('setContext', this.name, value);
  }
}
