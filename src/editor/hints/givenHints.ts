import type { Memento } from 'vscode';

/** Which hints of one kind the user has had: each is given once for each thing. */
export class GivenHints {
  readonly #memory: Memento;
  readonly #kind: HintKind;

  constructor(memory: Memento, kind: HintKind) {
    this.#memory = memory;
    this.#kind = kind;
  }

  isDue(about: string): boolean {
    return !this.#about.includes(everything) && !this.#about.includes(about);
  }

  /** Remembers that the user has had the hint about this thing. */
  async remember(about: string): Promise<void> {
    await this.#memory.update(this.#kind, [...this.#about, about]);
  }

  /** Remembers that the user wants no more hints of this kind. */
  async silence(): Promise<void> {
    await this.remember(everything);
  }

  get #about(): readonly string[] {
    return this.#memory.get<readonly string[]>(this.#kind, []);
  }
}

/** The memory's key. */
type HintKind = 'conditionHints' | 'historyHints' | 'versioningHints';

/** Stands for every folder and bucket: none has this name. */
const everything = '*';
