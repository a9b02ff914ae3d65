import { l10n, window } from 'vscode';
import { cloudVersions, type CloudVersions } from '../../protocol/cloudCopies';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { viewId } from '../contributions/manifest';
import { runCommand } from '../contributions/runCommand';
import { Failed, toFailureRecord } from '../failures/failed';
import { plainText } from '../format/plainText';
import { askForVersioning } from '../hints/versioningHint';
import { restoreVersion, type RestoreFilesDeps } from '../restore/restoreFiles';
import type { Selection } from '../selection/selection';
import type { Profiles } from '../targets/profiles';
import { existingUri } from '../view/fileLocation';
import { type CloudPlace, cloudFiles } from './cloudPlaces';
import { compareCopies } from './compareWithCloud';
import { documentOf, findCopy, type FoundCopy } from './findCopies';
import { openCopies, type OpenCloudCopyDeps } from './openCloudCopy';
import { pickVersion } from './pickVersion';

export interface ShowVersionsDeps extends OpenCloudCopyDeps, RestoreFilesDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
  readonly profiles: Profiles;
}

/** Shows the versions of a file in the bucket, to be opened, compared or restored. */
export async function showVersions(deps: ShowVersionsDeps, selection: Selection): Promise<void> {
  const [place, ...others] = await cloudFiles(deps, selection);
  if (place === undefined) return;
  if (others.length > 0) {
    void window.showInformationMessage(l10n.t('Choose one file to see its versions.'));
    return;
  }
  const kept = await window.withProgress({ location: { viewId } }, () =>
    deps.operations.run(token => deps.engine.sendRequest(cloudVersions, place, token)),
  );
  if (kept.versioning !== 'off') {
    await offerVersions(deps, place, kept);
    return;
  }
  const now = await presentCopy(deps, place);
  // The message stays as long as the user likes; the command is over.
  void tellUnversioned(place, now);
}

async function offerVersions(
  deps: ShowVersionsDeps,
  place: CloudPlace,
  kept: CloudVersions,
): Promise<void> {
  const { path, setup } = place;
  if (kept.versions.length === 0) throw Failed.of('no-such-key', setup.prefix + path);
  const isHere = (await existingUri(place.setup.id, place.path)) !== undefined;
  const choice = await pickVersion(path, kept, isHere ? allActions : actionsWithoutLocalFile);
  if (choice === undefined) return;
  const { versionId } = choice.version;
  switch (choice.action) {
    case 'open':
      await openCopies(deps, [await findCopy(deps, { ...place, versionId })]);
      break;
    case 'compare':
      await compareCopies(deps, [await findCopy(deps, { ...place, versionId })]);
      break;
    case 'restore':
      await restoreVersion(deps, { setup, path, versionId });
      break;
  }
}

const allActions = ['open', 'compare', 'restore'] as const;
const actionsWithoutLocalFile = ['open', 'restore'] as const;

/** Without versioning there is at most the current copy, so there is nothing to choose from. */
async function tellUnversioned(
  { setup, path }: CloudPlace,
  now: FoundCopy | undefined,
): Promise<void> {
  const turnOn = l10n.t('Turn On Versioning…');
  const open = l10n.t('Open Cloud Copy');
  const { bucket } = setup;
  const text =
    now === undefined
      ? l10n.t('The bucket “{0}” has no copy of “{1}” and keeps no older versions.', bucket, path)
      : l10n.t(
          'The bucket “{0}” keeps no versions, so there is only the current copy of “{1}”.',
          bucket,
          path,
        );
  const answer = await window.showInformationMessage(
    plainText(text),
    ...(now === undefined ? [turnOn] : [turnOn, open]),
  );
  if (answer === turnOn) await askForVersioning(setup);
  if (answer === open && now !== undefined) {
    await runCommand('s3Backup.openCloudCopy', documentOf(now));
  }
}

async function presentCopy(
  deps: ShowVersionsDeps,
  { setup, path, kind }: CloudPlace,
): Promise<FoundCopy | undefined> {
  try {
    return await findCopy(deps, { setup, path, kind });
  } catch (error) {
    if (toFailureRecord(error).code === 'no-such-key') return undefined;
    throw error;
  }
}
