import { commands, type Memento } from 'vscode';
import type { ContextKeyName } from '../contributions/manifest';

/**
 * Which steps of the walkthrough this user has done, in any window. VS Code ticks a step only while
 * its context key is true, and may show the walkthrough long after: so they are remembered.
 */
export class StepsDone {
  /** @param set Sets a context key. */
  constructor(
    private readonly memory: Memento,
    private readonly set: (step: WalkthroughStep, state: 'done' | 'open') => void,
  ) {
    for (const step of this.#done) set(step, 'done');
  }

  async note(step: WalkthroughStep): Promise<void> {
    if (this.#done.includes(step)) return;
    this.set(step, 'done');
    await this.memory.update(memoryKey, [...this.#done, step]);
  }

  /**
   * Opens the walkthrough. VS Code ticks no step whose key is true already when it first looks at
   * the walkthrough, which is here: so the keys become true once more.
   */
  async openWalkthrough(): Promise<void> {
    const done = this.#done;
    for (const step of done) this.set(step, 'open');
    await commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false);
    for (const step of done) this.set(step, 'done');
  }

  get #done(): readonly WalkthroughStep[] {
    return this.memory.get<readonly WalkthroughStep[]>(memoryKey, []);
  }
}

export type WalkthroughStep = Extract<
  ContextKeyName,
  's3Backup.everChosen' | 's3Backup.everCompared' | 's3Backup.backedUp' | 's3Backup.restored'
>;

const memoryKey = 'walkthroughSteps';

/** The extension’s name and that of its walkthrough in the manifest. */
const walkthrough = 's3-backup.s3-backup#getStarted';
