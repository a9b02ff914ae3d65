import { window, type Uri } from 'vscode';
import { cloudCopy, type CloudCopy } from '../../protocol/cloudCopies';
import type { Selection } from '../selection/selection';
import { viewId } from '../contributions/manifest';
import { cloudCopyUri } from './cloudCopyUri';
import { type CloudPlace, type CloudPlacesDeps, cloudFiles } from './cloudPlaces';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';

/** A cloud copy that is there. */
export interface FoundCopy {
  readonly place: CloudPlace;
  readonly copy: CloudCopy;
}

export interface FindCopiesDeps extends CloudPlacesDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
}

/** The cloud copies of the files in a selection, as the bucket has them now. Throws why, if not. */
export async function findCopies(
  deps: FindCopiesDeps,
  selection: Selection,
): Promise<readonly FoundCopy[]> {
  const files = await cloudFiles(deps, selection);
  const found: FoundCopy[] = [];
  for (const place of files) found.push(await findCopy(deps, place));
  return found;
}

/** One cloud copy, as the bucket has it now. Throws why, if not. */
export async function findCopy(deps: FindCopiesDeps, place: CloudPlace): Promise<FoundCopy> {
  const { engine, operations } = deps;
  const copy = await window.withProgress({ location: { viewId } }, () =>
    operations.run(token => engine.sendRequest(cloudCopy, place, token)),
  );
  return { place, copy };
}

/** Where the copy can be read as a document. */
export function documentOf({ place: { setup, path, versionId } }: FoundCopy): Uri {
  const { folderId, bucket, prefix } = setup;
  return cloudCopyUri({ folderId, target: { bucket, prefix }, path, versionId });
}
