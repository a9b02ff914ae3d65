import { l10n, window, type WorkspaceFolder } from 'vscode';
import { accessKeyChanged, type AccessKey } from '../../protocol/credentials';
import { settingsChanged } from '../../protocol/comparisons';
import type { EngineClient } from '../client/engineClient';
import type { AccessKeys } from '../targets/accessKeys';
import type { Profiles } from '../targets/profiles';
import { folderId } from '../targets/targets';

export interface AccessKeyDeps {
  readonly engine: EngineClient;
  readonly profiles: Profiles;
  readonly accessKeys: AccessKeys;
}

/**
 * Lets the user type in an access key. Returns nothing where the user gave up. The secret is never
 * shown, and goes nowhere but where the caller puts it.
 */
export async function enterAccessKey(): Promise<AccessKey | undefined> {
  const title = l10n.t('Enter an Access Key');
  const accessKeyId = await enter({ title, prompt: l10n.t('Access key ID'), isSecret: false });
  if (accessKeyId === undefined) return undefined;
  const secretAccessKey = await enter({
    title,
    prompt: l10n.t('Secret access key (kept in VS Code’s secret storage, and nowhere else)'),
    isSecret: true,
  });
  if (secretAccessKey === undefined) return undefined;
  if (!isTemporary(accessKeyId)) return { accessKeyId, secretAccessKey };
  const prompt = l10n.t('Session token, without which this temporary key is not accepted');
  const sessionToken = await enter({ title, prompt, isSecret: true });
  return sessionToken === undefined ? undefined : { accessKeyId, secretAccessKey, sessionToken };
}

async function enter({ title, prompt, isSecret }: Entry): Promise<string | undefined> {
  const typed = await window.showInputBox({
    title,
    prompt,
    password: isSecret,
    ignoreFocusOut: true,
    validateInput: text =>
      /^\S+$/.test(text.trim()) ? undefined : l10n.t('A key can’t be empty or contain spaces.'),
  });
  return typed?.trim();
}

interface Entry {
  readonly title: string;
  readonly prompt: string;
  readonly isSecret: boolean;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes */
function isTemporary(accessKeyId: string): boolean {
  return accessKeyId.startsWith('ASIA');
}

/** Keeps an access key for a folder. A batch that waits for credentials goes on with it. */
export async function keepAccessKey(
  { accessKeys, engine }: AccessKeyDeps,
  folder: WorkspaceFolder,
  key: AccessKey,
): Promise<void> {
  await accessKeys.keep(folder, key);
  engine.notify(accessKeyChanged, folderId(folder));
}

/** Removes the access keys that were typed in for these folders. */
export async function forgetAccessKeys(
  { accessKeys, engine, profiles }: AccessKeyDeps,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  const found: WorkspaceFolder[] = [];
  for (const folder of folders) {
    if ((await accessKeys.get(folderId(folder))) === undefined) continue;
    found.push(folder);
    await accessKeys.remove(folder);
    engine.notify(accessKeyChanged, folderId(folder));
    if (profiles.chosen(folder)?.kind !== 'access-key') continue;
    await profiles.forget(folder);
    engine.notify(settingsChanged, {
      folder: folderId(folder),
      settings: profiles.settings(folder),
    });
  }
  const names = found.map(folder => folder.name).join(', ');
  void window.showInformationMessage(
    found.length === 0
      ? l10n.t('No access key was typed in for these folders.')
      : l10n.t('The access key typed in for {0} has been removed.', names),
  );
}
