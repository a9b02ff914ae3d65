import { window, type MessageItem } from 'vscode';

/** The messages of one kind that were shown since; none of their buttons is pressed. */
export interface ShownMessages {
  readonly texts: readonly string[];
  /** The titles of each message's buttons. */
  readonly buttons: readonly (readonly string[])[];
  restore(): void;
}

type ShowMessage = 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage';

/** Takes in messages that VS Code would show, which nobody would dismiss while tests run. */
export function listenTo(show: ShowMessage): ShownMessages {
  const { [show]: shown } = window;
  const texts: string[] = [];
  const buttons: (readonly string[])[] = [];
  const listen = (text: string, ...rest: readonly unknown[]): Promise<undefined> => {
    texts.push(text);
    buttons.push(rest.map(titleOf));
    return Promise.resolve(undefined);
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

/** The title of a message's button, in either of the forms that VS Code takes. */
export function titleOf(button: unknown): string {
  return typeof button === 'string' ? button : (button as MessageItem).title;
}
