import { window } from 'vscode';

/**
 * Says in the status bar, for a moment, what takes one line and asks for nothing: a message over the
 * editor would have to be closed.
 */
export function showStatusMessage(text: string, icon = 'check'): void {
  window.setStatusBarMessage(`$(${icon}) ${text}`, shownMs);
}

const shownMs = 5_000;
