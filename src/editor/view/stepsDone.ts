import type { Memento } from 'vscode';
import type { ContextKeyName } from '../contributions/manifest';

/**
 * Which steps of the walkthrough this user has done, in any window. VS Code ticks a step only while
 * its context key is true, and may show the walkthrough long after: so they are remembered.
 */
export class StepsDone {
  /** @param show Makes a context key true. */
  constructor(
    private readonly memory: Memento,
    private readonly show: (step: WalkthroughStep) => void,
  ) {
    for (const step of this.#done) show(step);
  }

  async note(step: WalkthroughStep): Promise<void> {
    if (this.#done.includes(step)) return;
    this.show(step);
    await this.memory.update(memoryKey, [...this.#done, step]);
  }

  get #done(): readonly WalkthroughStep[] {
    return this.memory.get<readonly WalkthroughStep[]>(memoryKey, []);
  }
}

export type WalkthroughStep = Extract<
  ContextKeyName,
  's3Backup.everCompared' | 's3Backup.backedUp' | 's3Backup.restored'
>;

const memoryKey = 'walkthroughSteps';
