import { window } from 'vscode';

interface Loss<Title extends string> {
  readonly question: string;
  readonly detail: string;
  /** Says that everything stays as it is. */
  readonly keep: string;
  readonly actions: readonly Title[];
}

/**
 * Asks before something that cannot be undone. Enter presses the first button of a modal message,
 * and what only closes it comes last, whatever the order: so the first one keeps everything.
 * Returns what the user wants to be done, if anything.
 */
export async function askBeforeLoss<Title extends string>({
  question,
  detail,
  keep,
  actions,
}: Loss<Title>): Promise<Title | undefined> {
  const options = { modal: true, detail };
  const answer = await window.showWarningMessage(question, options, keep, ...actions);
  return actions.find(action => action === answer);
}
