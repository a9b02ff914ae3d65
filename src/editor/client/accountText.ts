import { l10n } from 'vscode';
import { callerIdentity, type CallerRequest } from '../../protocol/credentials';
import type { EngineClient } from './engineClient';

/**
 * Says whose credentials the settings lead to: account and role, or user. Returns `undefined` where
 * that is not told, on which nothing depends.
 */
export async function accountText(
  engine: Pick<EngineClient, 'sendRequest'>,
  request: CallerRequest,
): Promise<string | undefined> {
  try {
    const identity = await engine.sendRequest(callerIdentity, request);
    if (identity === null) return undefined;
    // arn:partition:service:region:account:what; a name may hold colons.
    const what = identity.arn.split(':').slice(5).join(':');
    return what === '' ? identity.account : l10n.t('{0} as {1}', identity.account, what);
  } catch {
    // What is wrong with the credentials is told by what needs them.
    return undefined;
  }
}
