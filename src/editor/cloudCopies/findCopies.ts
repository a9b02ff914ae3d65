import { window, type Uri } from 'vscode';
import { cloudCopy, type CloudCopy } from '../../protocol/cloudCopies';
import type { Selection } from '../selection/selection';
import { viewId } from '../contributions/manifest';
import { cloudCopyUri } from './cloudCopyUri';
import { type CloudPlace, type CloudPlacesDeps, cloudFiles } from './cloudPlaces';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';

/** A cloud copy that exists. */
export interface FoundCopy {
  readonly place: CloudPlace;
  readonly copy: CloudCopy;
}

export interface FindCopiesDeps extends CloudPlacesDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
}

/** Returns the current cloud copies of the selected files. Throws if one cannot be found. */
export async function findCopies(
  deps: FindCopiesDeps,
  selection: Selection,
): Promise<readonly FoundCopy[]> {
  const files = await cloudFiles(deps, selection);
  const found: FoundCopy[] = [];
  for (const place of files) found.push(await findCopy(deps, place));
  return found;
}

/** Returns one cloud copy as it is now. Throws if it cannot be found. */
export async function findCopy(deps: FindCopiesDeps, place: CloudPlace): Promise<FoundCopy> {
  const { engine, operations } = deps;
  const copy = await window.withProgress({ location: { viewId } }, () =>
    operations.run(token => engine.sendRequest(cloudCopy, place, token)),
  );
  return { place, copy };
}

/** Returns the URI by which an editor opens the copy. */
export function documentOf({ place: { setup, path, versionId } }: FoundCopy): Uri {
  const { folderId, bucket, prefix } = setup;
  return cloudCopyUri({ folderId, target: { bucket, prefix }, path, versionId });
}
