import { newStagedFile, type StagedFile } from '../disk/stagedFile';
import type { StagingJournal } from '../staging/stagingJournal';
import type { RestoreStep } from './restoreStep';

/**
 * Notes the staged files of a batch before their turn comes, many in one commit: each commit waits
 * for the disk, and holds the engine's thread meanwhile.
 */
export class StagedAhead {
  readonly #steps: readonly RestoreStep[];
  readonly #journal: Pick<StagingJournal, 'beginTogether' | 'end'>;
  readonly #indexes: ReadonlyMap<RestoreStep, number>;
  readonly #begun = new Set<RestoreStep>();
  readonly #waiting = new Map<RestoreStep, Promise<StagedFile>>();

  /** `steps` in the order in which most of them come. */
  constructor(
    steps: readonly RestoreStep[],
    journal: Pick<StagingJournal, 'beginTogether' | 'end'>,
  ) {
    this.#steps = steps;
    this.#journal = journal;
    this.#indexes = new Map(steps.map((step, index) => [step, index]));
  }

  /** Returns the step's staged file, once, when it is noted. Throws a `Failure` if it cannot be. */
  async take(step: RestoreStep): Promise<StagedFile> {
    const index = this.#indexes.get(step);
    if (index !== undefined && !this.#begun.has(step)) this.#beginFrom(index);
    const noted = this.#waiting.get(step) ?? this.#begin(step);
    this.#waiting.delete(step);
    return noted;
  }

  /** Call it when all steps have ended: of what was noted in vain there is no file. */
  async close(): Promise<void> {
    for (const noted of await Promise.allSettled(this.#waiting.values())) {
      if (noted.status === 'fulfilled') this.#journal.end(noted.value);
    }
  }

  #beginFrom(index: number): void {
    for (const step of this.#steps.slice(index, index + aheadAtOnce)) {
      if (this.#begun.has(step)) continue;
      const noted = this.#begin(step);
      this.#waiting.set(step, noted);
      // Its step tries again.
      noted.catch(() => this.#waiting.delete(step));
    }
  }

  async #begin(step: RestoreStep): Promise<StagedFile> {
    this.#begun.add(step);
    const file = newStagedFile('temporary', step.route.root, step.path);
    await this.#journal.beginTogether(file);
    return file;
  }
}

/** Twice as many as are under way at a time. */
const aheadAtOnce = 128;
