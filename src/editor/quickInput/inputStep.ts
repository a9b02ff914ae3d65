import { CancellationTokenSource, QuickInputButtons, window, type CancellationToken } from 'vscode';
import type { AcceptResult, StepPosition, Transition } from './steps';

export interface InputStep<R> {
  readonly title: string;
  /** How many steps there are in all, as far as this one can know. */
  readonly total: number;
  readonly prompt: string;
  readonly value: string;
  readonly placeholder?: string;
  /** Returns what is wrong with a value; called while it is typed. */
  readonly validate: (value: string) => Promise<string | undefined>;
  /** Called with a valid answer; a refusal is shown in the input, which stays open. */
  readonly accept: (value: string, token: CancellationToken) => Promise<AcceptResult<R>>;
}

/** Asks for a text, and validates it while it is typed. */
export async function inputStep<R>(
  position: StepPosition,
  step: InputStep<R>,
): Promise<Transition<R>> {
  const input = window.createInputBox();
  const source = new CancellationTokenSource();
  input.title = step.title;
  input.step = position.number;
  input.totalSteps = step.total;
  input.prompt = step.prompt;
  input.value = step.value;
  input.placeholder = step.placeholder;
  input.ignoreFocusOut = true;
  input.buttons = position.canGoBack ? [QuickInputButtons.Back] : [];
  try {
    return await new Promise<Transition<R>>((resolve, reject) => {
      const validate = async (): Promise<void> => {
        const { value } = input;
        // An empty input is no fault yet.
        const fault = value === '' ? undefined : await step.validate(value.trim());
        // The user may have typed on meanwhile.
        if (input.value === value) input.validationMessage = fault;
      };
      const accept = async (): Promise<void> => {
        const value = input.value.trim();
        const fault = await step.validate(value);
        if (fault !== undefined) {
          input.validationMessage = fault;
          return;
        }
        input.busy = true;
        input.enabled = false;
        const result = await step.accept(value, source.token);
        input.busy = false;
        input.enabled = true;
        if (result.kind === 'refused') input.validationMessage = result.because;
        else resolve(result);
      };
      input.onDidChangeValue(() => void validate().catch(reject));
      input.onDidAccept(() => void accept().catch(reject));
      input.onDidTriggerButton(() => {
        resolve({ kind: 'back' });
      });
      input.onDidHide(() => {
        resolve({ kind: 'cancelled' });
      });
      input.show();
      void validate().catch(reject);
    });
  } finally {
    source.cancel();
    source.dispose();
    input.dispose();
  }
}
