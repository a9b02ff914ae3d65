import {
  l10n,
  QuickPickItemKind,
  window,
  type QuickPickItem,
  type WorkspaceFolder,
  type LogOutputChannel,
} from 'vscode';
import { settingsChanged } from '../../protocol/comparisons';
import {
  credentialSources,
  type CredentialSources,
  type ProfileKind,
  type ProfileSummary,
} from '../../protocol/credentials';
import type { EngineClient } from '../client/engineClient';
import { failureMessage } from '../failures/failureMessage';
import type { ProfileChoice, Profiles } from '../targets/profiles';
import { folderId } from '../targets/targets';
import { enterAccessKey, keepAccessKey, type AccessKeyDeps } from './enterAccessKey';
import { placeDetail, placeName } from './placeText';
import { openCredentialsFile, type OpenCredentialsFileDeps } from './openCredentialsFile';

export interface ChooseProfileDeps extends OpenCredentialsFileDeps, AccessKeyDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly profiles: Profiles;
}

/**
 * Lets the user choose the credentials for folders, and remembers them. Returns the folders that
 * they were chosen for; none if the user chose nothing.
 */
export async function chooseProfile(
  deps: ChooseProfileDeps,
  folders: readonly WorkspaceFolder[],
): Promise<readonly WorkspaceFolder[]> {
  const concerned = folders.length > 1 ? await pickFolders(deps, folders) : folders;
  if (concerned.length === 0) return [];
  const sources = await deps.engine.sendRequest(credentialSources, null);
  const choice = await pickChoice(deps, concerned, sources);
  if (choice === undefined) return [];
  if (choice.kind === 'open-file') {
    await openCredentialsFile(deps);
    return [];
  }
  const key = choice.kind === 'access-key' ? await enterAccessKey() : undefined;
  if (choice.kind === 'access-key' && key === undefined) return [];
  for (const folder of concerned) {
    if (key !== undefined) await keepAccessKey(deps, folder, key);
    await deps.profiles.choose(folder, choice);
    // Another profile may lead to another store.
    const settings = deps.profiles.settings(folder);
    deps.engine.notify(settingsChanged, { folder: folderId(folder), settings });
  }
  const names = concerned.map(folder => folder.name).join(', ');
  deps.log.info(`${names}: credentials from ${choiceText(choice)} from now on.`);
  return concerned;
}

async function pickFolders(
  { profiles }: ChooseProfileDeps,
  folders: readonly WorkspaceFolder[],
): Promise<readonly WorkspaceFolder[]> {
  const all = { label: l10n.t('All Folders'), description: '', chosen: folders };
  const single = folders.map(folder => {
    const choice = profiles.chosen(folder);
    const description = choice === undefined ? '' : choiceText(choice);
    return { label: folder.name, description, detail: folder.uri.fsPath, chosen: [folder] };
  });
  const picked = await window.showQuickPick([all, ...single], {
    title: l10n.t('Choose Credentials'),
    placeHolder: l10n.t('For which folder?'),
  });
  return picked?.chosen ?? [];
}

type Picked = ProfileChoice | { readonly kind: 'open-file' };

/** An item is told apart by its choice, never by its label. */
interface ChoiceItem extends QuickPickItem {
  readonly choice?: Picked;
}

async function pickChoice(
  { profiles }: ChooseProfileDeps,
  folders: readonly WorkspaceFolder[],
  sources: CredentialSources,
): Promise<Picked | undefined> {
  const chosen = folders.map(folder => JSON.stringify(profiles.chosen(folder)));
  const isCurrent = (choice: ProfileChoice): boolean =>
    chosen.every(each => each === JSON.stringify(choice));
  const items: ChoiceItem[] = [
    chainItem(sources, isCurrent({ kind: 'default-chain' })),
    ...profileItems(sources, isCurrent),
    ...placeItems(sources, isCurrent),
    { label: '', kind: QuickPickItemKind.Separator },
    {
      label: `$(key) ${l10n.t('Enter an Access Key…')}`,
      description: described(
        l10n.t('kept in VS Code’s secret storage'),
        isCurrent({ kind: 'access-key' }),
      ),
      choice: { kind: 'access-key' },
    },
    fileItem(sources),
  ];
  const [only, ...others] = folders;
  const picked = await window.showQuickPick(items, {
    title:
      only === undefined || others.length > 0
        ? l10n.t('Choose Credentials')
        : l10n.t('Choose Credentials for “{0}”', only.name),
    placeHolder: l10n.t('Choose credentials (only a profile’s name is stored)'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return picked?.choice;
}

function chainItem(sources: CredentialSources, isCurrent: boolean): ChoiceItem {
  return {
    label: l10n.t('Default Credentials'),
    description: described(defaultText(sources), isCurrent),
    choice: { kind: 'default-chain' },
  };
}

/** Says what the default provider chain would use first. */
function defaultText(sources: CredentialSources): string {
  if (sources.inEnvironment) return l10n.t('keys in environment variables');
  if (sources.environmentProfile !== undefined) {
    const { name, variable } = sources.environmentProfile;
    return l10n.t('profile “{0}”, from {1}', name, variable);
  }
  return sources.profiles.some(({ name }) => name === 'default')
    ? l10n.t('profile “default”')
    : l10n.t('the role of this machine, if it has one');
}

function profileItems(
  { profiles }: CredentialSources,
  isCurrent: (choice: ProfileChoice) => boolean,
): readonly ChoiceItem[] {
  if (profiles.length === 0) return [];
  const items = profiles.map((profile): ChoiceItem => {
    const choice: ProfileChoice = { kind: 'profile', name: profile.name };
    return {
      label: profile.name,
      description: described(profileText(profile), isCurrent(choice)),
      ...(profile.fault === undefined ? {} : { detail: failureMessage(profile.fault).what }),
      choice,
    };
  });
  return [{ label: l10n.t('Profiles'), kind: QuickPickItemKind.Separator }, ...items];
}

function placeItems(
  { places }: CredentialSources,
  isCurrent: (choice: ProfileChoice) => boolean,
): readonly ChoiceItem[] {
  const items = places.map((summary): ChoiceItem => {
    const choice: ProfileChoice = { kind: 'place', place: summary.place };
    const detail = placeDetail(summary);
    return {
      label: placeName(summary.place),
      description: isCurrent(choice) ? l10n.t('current') : '',
      ...(detail === undefined ? {} : { detail }),
      choice,
    };
  });
  return [{ label: l10n.t('This Machine'), kind: QuickPickItemKind.Separator }, ...items];
}

function fileItem({ credentialsFile, fault }: CredentialSources): ChoiceItem {
  return {
    label: `$(edit) ${l10n.t('Open Credentials File')}`,
    description: credentialsFile,
    // Profiles below the fault may be missing from the list.
    ...(fault === undefined ? {} : { detail: failureMessage(fault).what }),
    choice: { kind: 'open-file' },
  };
}

function profileText({ kind, region }: ProfileSummary): string {
  return region === undefined ? kindText(kind) : `${kindText(kind)} · ${region}`;
}

function kindText(kind: ProfileKind): string {
  switch (kind) {
    case 'keys':
      return l10n.t('access keys');
    case 'sso':
      return l10n.t('single sign-on');
    case 'role':
      return l10n.t('assumed role');
    case 'process':
      return l10n.t('external program');
    case 'web-identity':
      return l10n.t('web identity');
    case 'login':
      return l10n.t('console sign-in');
    case 'none':
      return l10n.t('no credentials of its own');
  }
}

function described(text: string, isCurrent: boolean): string {
  return isCurrent ? `${text} · ${l10n.t('current')}` : text;
}

/** Names a choice in the log. */
function choiceText(choice: ProfileChoice): string {
  switch (choice.kind) {
    case 'profile':
      return choice.name;
    case 'place':
      return placeName(choice.place);
    case 'access-key':
      return l10n.t('an access key that you enter');
    case 'default-chain':
      return l10n.t('Default Credentials');
  }
}
