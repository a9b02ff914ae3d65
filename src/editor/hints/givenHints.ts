import type { Memento } from 'vscode';

/** Which hints of one kind the user has had: each is given once for each thing. */
export interface GivenHints {
  isDue(about: string): boolean;
  given(about: string): Promise<void>;
  /** The user wants no more of them. */
  never(): Promise<void>;
}

export function givenHints(memory: Memento, kind: 'historyHints' | 'versioningHints'): GivenHints {
  const known = () => memory.get<readonly string[]>(kind, []);
  const given = async (about: string) => {
    await memory.update(kind, [...known(), about]);
  };
  return {
    isDue: about => !known().includes(everything) && !known().includes(about),
    given,
    never: () => given(everything),
  };
}

/** Neither a folder's URI nor a bucket at its endpoint is that. */
const everything = '*';
