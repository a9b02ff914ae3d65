import { env, l10n, Uri, window } from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import {
  askForMfaCode,
  showSignInPage,
  typedAccessKey,
  type AccessKey,
  type MfaQuestion,
  type SignInPage,
} from '../../protocol/credentials';

/** Where the access keys are kept that were typed in. */
export interface TypedAccessKeys {
  /** Returns the one for a folder, by its URI. */
  get(folder: string): Promise<AccessKey | undefined>;
}

/** Answers what the engine asks of the person at the window. */
export function handlePersonRequests(connection: MessageConnection, keys: TypedAccessKeys): void {
  connection.onRequest(showSignInPage.method, (page: SignInPage) => showPage(page));
  connection.onRequest(askForMfaCode.method, (question: MfaQuestion) => askForCode(question));
  connection.onRequest(
    typedAccessKey.method,
    async (folder: string) => (await keys.get(folder)) ?? null,
  );
}

/** Says which code the page has to show before the browser opens: a page of somebody else has another. */
async function showPage({ profile, url, code }: SignInPage): Promise<boolean> {
  const open = l10n.t('Open Browser');
  const answer = await window.showInformationMessage(
    l10n.t('Sign in to AWS for the profile “{0}”', profile),
    {
      modal: true,
      detail: l10n.t('Confirm the sign-in in your browser only if it shows the code {0}.', code),
    },
    open,
  );
  return answer === open && (await env.openExternal(Uri.parse(url, true)));
}

async function askForCode({ profile, device }: MfaQuestion): Promise<string | null> {
  const code = await window.showInputBox({
    title: l10n.t('MFA Code for the AWS Profile “{0}”', profile),
    prompt: l10n.t('Current code from the device {0}', device),
    ignoreFocusOut: true,
    validateInput: typed =>
      /^\s*\d{6}\s*$/.test(typed) ? undefined : l10n.t('The code has six digits.'),
  });
  return code?.trim() ?? null;
}
