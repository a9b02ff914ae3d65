import { CancellationTokenSource, QuickInputButtons, window, type CancellationToken } from 'vscode';
import type { AcceptResult } from './pickStep';
import type { StepPosition, Transition } from './steps';

export interface InputStep<R> {
  readonly title: string;
  /** How many steps there are in all, as far as can be known here. */
  readonly total: number;
  readonly prompt: string;
  readonly value: string;
  readonly placeholder?: string;
  /** What is wrong with a value, asked while it is typed. */
  readonly validate: (value: string) => Promise<string | undefined>;
  /** What the answer leads to; a refusal is shown in the input, which stays. */
  readonly accept: (value: string, token: CancellationToken) => Promise<AcceptResult<R>>;
}

/** Asks for a text that is judged while it is typed. */
export async function inputStep<R>(
  place: StepPosition,
  step: InputStep<R>,
): Promise<Transition<R>> {
  const input = window.createInputBox();
  const source = new CancellationTokenSource();
  input.title = step.title;
  input.step = place.number;
  input.totalSteps = step.total;
  input.prompt = step.prompt;
  input.value = step.value;
  input.placeholder = step.placeholder;
  input.ignoreFocusOut = true;
  input.buttons = place.wayBack === 'open' ? [QuickInputButtons.Back] : [];
  try {
    return await new Promise<Transition<R>>((resolve, reject) => {
      const judge = async (): Promise<void> => {
        const { value } = input;
        // Nothing is wrong yet with what has not been begun.
        const fault = value === '' ? undefined : await step.validate(value.trim());
        // Another letter may have been typed meanwhile.
        if (input.value === value) input.validationMessage = fault;
      };
      const take = async (): Promise<void> => {
        const value = input.value.trim();
        const fault = await step.validate(value);
        if (fault !== undefined) {
          input.validationMessage = fault;
          return;
        }
        input.busy = true;
        input.enabled = false;
        const taken = await step.accept(value, source.token);
        input.busy = false;
        input.enabled = true;
        if (taken.kind === 'refused') input.validationMessage = taken.because;
        else resolve(taken);
      };
      input.onDidChangeValue(() => void judge().catch(reject));
      input.onDidAccept(() => void take().catch(reject));
      input.onDidTriggerButton(() => {
        resolve({ kind: 'back' });
      });
      input.onDidHide(() => {
        resolve({ kind: 'cancelled' });
      });
      input.show();
      void judge().catch(reject);
    });
  } finally {
    source.cancel();
    source.dispose();
    input.dispose();
  }
}
