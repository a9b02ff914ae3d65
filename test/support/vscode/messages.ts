import { Disposable, window, type MessageItem } from 'vscode';

/** The messages of one kind that were shown since. */
export interface ShownMessages {
  readonly texts: readonly string[];
  /** The titles of each message's buttons. */
  readonly buttons: readonly (readonly string[])[];
  restore(): void;
}

type ShowMessage = 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage';

/**
 * Takes in messages that VS Code would show, which nobody would dismiss while tests run. Presses the
 * button with this title where there is one, and else none.
 */
export function listenTo(show: ShowMessage, pressed?: string): ShownMessages {
  const { [show]: shown } = window;
  const texts: string[] = [];
  const buttons: (readonly string[])[] = [];
  const listen = (text: string, ...rest: readonly unknown[]): Promise<unknown> => {
    texts.push(text);
    buttons.push(rest.map(titleOf));
    return Promise.resolve(rest.find(button => titleOf(button) === pressed));
  };
  Object.assign(window, { [show]: listen });
  return {
    texts,
    buttons,
    restore() {
      Object.assign(window, { [show]: shown });
    },
  };
}

/** Takes in what is said in the status bar for a moment. */
export function listenToStatusBar(): Pick<ShownMessages, 'texts' | 'restore'> {
  const { setStatusBarMessage } = window;
  const texts: string[] = [];
  const listen = (text: string): Disposable => {
    texts.push(text);
    return Disposable.from();
  };
  Object.assign(window, { setStatusBarMessage: listen });
  return {
    texts,
    restore() {
      Object.assign(window, { setStatusBarMessage });
    },
  };
}

/** The title of a message's button, in either of the forms that VS Code takes. */
export function titleOf(button: unknown): string {
  return typeof button === 'string' ? button : (button as MessageItem).title;
}
