import fc from 'fast-check';

import { acts, type Act } from './acts';
import type { TwoEngines } from './twoEngines';

/** What a sequence has begun. */
export class Sequence {
  readonly #begun: Promise<unknown>[] = [];
  #underWay = 0;

  /** Whether all is over that was begun. */
  get isAtRest(): boolean {
    return this.#underWay === 0;
  }

  begin(work: Promise<unknown>): void {
    this.#underWay++;
    const over = work.finally(() => {
      this.#underWay--;
    });
    // Told by `ended`.
    over.catch(() => undefined);
    this.#begun.push(over);
  }

  /** Throws what the first has thrown that has failed. */
  async ended(): Promise<void> {
    await Promise.all(this.#begun);
  }
}

type Step = fc.AsyncCommand<Sequence, TwoEngines>;

/** Begins something; the next step may come between any two of its turns, or after it. */
class Begin implements Step {
  readonly #act: Act;

  constructor(act: Act) {
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  run(sequence: Sequence, world: TwoEngines): Promise<void> {
    sequence.begin(this.#act.run(world));
    return Promise.resolve();
  }

  toString(): string {
    return this.#act.toString();
  }
}

/** Looks at what both windows call safe, where nothing is under way. */
class LookAtRest implements Step {
  check({ isAtRest }: Sequence): boolean {
    return isAtRest;
  }

  run(_: Sequence, world: TwoEngines): Promise<void> {
    world.checkTold();
    return Promise.resolve();
  }

  toString(): string {
    return 'look, at rest';
  }
}

/** Steps one after the other, of which none waits for the one before. */
export const sequences = fc.commands(
  [
    ...Array.from({ length: 4 }, () => acts.map(act => new Begin(act))),
    fc.constant(new LookAtRest()),
  ],
  { maxCommands: 12, size: 'max' },
);
