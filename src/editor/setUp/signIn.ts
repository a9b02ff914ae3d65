import { l10n, ProgressLocation, window, type WorkspaceFolder } from 'vscode';
import { signIn, type SignInOutcome } from '../../protocol/credentials';
import type { RawSettings } from '../../protocol/folders';
import type { EngineClient } from '../client/engineClient';
import { plainText } from '../format/plainText';
import type { Profiles } from '../targets/profiles';

export interface SignInDeps {
  readonly engine: EngineClient;
  readonly profiles: Profiles;
}

/**
 * Signs the user in for these folders, once for those with the same credentials. What waits for it
 * goes on by itself. Returns the folders whose credentials can be tried now. Throws `Failed`.
 */
export async function signInFor(
  { engine, profiles }: SignInDeps,
  folders: readonly WorkspaceFolder[],
): Promise<readonly WorkspaceFolder[]> {
  const groups = new Map<string, { settings: RawSettings; folders: WorkspaceFolder[] }>();
  for (const folder of folders) {
    const settings = profiles.settings(folder);
    const key = JSON.stringify([settings['profile'], settings['accessKeyOf'], settings['place']]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { settings, folders: [folder] });
    else known.folders.push(folder);
  }
  const ready: WorkspaceFolder[] = [];
  for (const { settings, folders: concerned } of groups.values()) {
    const outcome = await window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: l10n.t('Signing in to AWS…'),
        cancellable: true,
      },
      (_, token) => engine.sendRequest(signIn, settings, token),
    );
    if (outcome.kind === 'by-command') showCommand(outcome);
    else ready.push(...concerned);
  }
  return ready;
}

/** Puts the command into a terminal, for the user to start. */
function showCommand({ command }: Extract<SignInOutcome, { kind: 'by-command' }>): void {
  const text = command.map(word => (/^[\w@+.%:/-]+$/.test(word) ? word : `"${word}"`)).join(' ');
  const terminal = window.createTerminal({ name: 'AWS' });
  terminal.show();
  terminal.sendText(text, false);
  void window.showInformationMessage(
    plainText(l10n.t('Press Enter in the terminal to run “{0}”, then try again.', text)),
  );
}
