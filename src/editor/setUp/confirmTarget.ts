import { l10n, window, type WorkspaceFolder } from 'vscode';
import { storeEndpoint, type CredentialPlace } from '../../protocol/credentials';
import type { RawSettings } from '../../protocol/folders';
import { accountText } from '../client/accountText';
import type { EngineClient } from '../client/engineClient';
import type { Profiles } from '../targets/profiles';
import type { Target } from '../targets/target';
import { placeName } from './placeText';

interface ConfirmTargetDeps {
  readonly engine: Pick<EngineClient, 'sendRequest'>;
  readonly profiles: Pick<Profiles, 'settings'>;
}

/**
 * Asks whether to back up to the target that the workspace's settings, not the user, name. Until the
 * answer nothing is sent to the store; only AWS is asked whose credentials these are.
 */
export async function confirmTarget(
  { engine, profiles }: ConfirmTargetDeps,
  folder: WorkspaceFolder,
  target: Target,
): Promise<boolean> {
  const settings = profiles.settings(folder);
  const [endpoint, account] = await Promise.all([
    endpointText(engine, settings),
    accountText(engine, { settings, mayAskStore: false }),
  ]);
  const use = l10n.t('Back Up There');
  const answer = await window.showWarningMessage(
    l10n.t('Back up “{0}” to the bucket that its workspace settings name?', folder.name),
    {
      modal: true,
      detail: [
        l10n.t('Bucket: {0}', target.bucket),
        l10n.t('Prefix: {0}', target.prefix === '' ? l10n.t('none') : target.prefix),
        l10n.t('Store: {0}', endpoint),
        account === undefined
          ? l10n.t('Credentials: {0}', credentialsText(settings))
          : l10n.t('Account: {0}', account),
        '',
        l10n.t(
          'These settings come with the workspace, perhaps from someone else. Your files would be sent there.',
        ),
      ].join('\n'),
    },
    use,
  );
  return answer === use;
}

/** Profiles name endpoints, too. Throws `Failed` where there is none that can be meant. */
async function endpointText(
  engine: ConfirmTargetDeps['engine'],
  settings: RawSettings,
): Promise<string> {
  const { endpoint } = settings;
  if (typeof endpoint === 'string' && endpoint.trim() !== '') return endpoint;
  return engine.sendRequest(storeEndpoint, settings);
}

function credentialsText({ profile, accessKeyOf, place }: RawSettings): string {
  if (accessKeyOf !== undefined) return l10n.t('the access key that you typed in');
  if (place !== undefined) return placeName(place as CredentialPlace);
  return typeof profile === 'string' && profile !== ''
    ? l10n.t('the AWS profile “{0}”', profile)
    : l10n.t('this machine’s default credentials');
}
