import { l10n, window, type WorkspaceFolder } from 'vscode';
import { storeOf } from '../../protocol/endpoint';
import { runCommand } from '../contributions/runCommand';
import type { Profiles } from '../targets/profiles';
import type { Targets } from '../targets/targets';

interface OfferOtherFoldersDeps {
  readonly profiles: Pick<Profiles, 'settings'>;
  readonly targets: Pick<Targets, 'statusOf'>;
}

/**
 * Where another store is used than before, lets the user choose the bucket of each folder that was
 * chosen in the former one: the setting is the machine's, and counts for all folders.
 * @param before The endpoint of the settings as it was.
 */
export async function offerOtherFolders(
  { profiles, targets }: OfferOtherFoldersDeps,
  others: readonly WorkspaceFolder[],
  before: string,
): Promise<void> {
  const concerned = others.filter(
    folder =>
      targets.statusOf(folder).kind === 'known' &&
      storeOf(endpointOf({ profiles }, folder)) !== storeOf(before),
  );
  if (concerned.length === 0) return;
  const choose = l10n.t('Choose Bucket…');
  const names = concerned.map(({ name }) => `“${name}”`).join(', ');
  const answer = await window.showWarningMessage(
    l10n.t('The new store is used for all folders. Choose a bucket there for {0}, too.', names),
    choose,
  );
  if (answer !== choose) return;
  for (const { uri } of concerned) await runCommand('s3Backup.chooseBucket', uri);
}

/** The endpoint of the settings; empty for none. */
export function endpointOf(
  { profiles }: Pick<OfferOtherFoldersDeps, 'profiles'>,
  folder: WorkspaceFolder,
): string {
  const { endpoint } = profiles.settings(folder) as { readonly endpoint?: unknown };
  return typeof endpoint === 'string' ? endpoint : '';
}
