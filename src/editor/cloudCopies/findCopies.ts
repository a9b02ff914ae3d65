import { window, type Uri } from 'vscode';
import { cloudCopy, type CloudCopy } from '../../protocol/cloudCopies';
import type { Services } from '../services';
import type { Selection } from '../selection/selection';
import { viewId } from '../contributions/viewId';
import { cloudCopyUri } from './cloudCopyUri';
import { cloudFiles } from './cloudFiles';
import type { CloudPlace } from './cloudPlaces';

/** A cloud copy that is there. */
export interface FoundCopy {
  readonly place: CloudPlace;
  readonly copy: CloudCopy;
}

/** The cloud copies of the files in a selection, as the bucket has them now. Throws why, if not. */
export async function findCopies(
  services: Services,
  selection: Selection,
): Promise<readonly FoundCopy[]> {
  const files = await cloudFiles(services, selection);
  const found: FoundCopy[] = [];
  for (const place of files) found.push(await findCopy(services, place));
  return found;
}

/** One cloud copy, as the bucket has it now. Throws why, if not. */
export async function findCopy(services: Services, place: CloudPlace): Promise<FoundCopy> {
  const { engine, ongoing } = services;
  const copy = await window.withProgress({ location: { viewId } }, () =>
    ongoing.run(token => engine.request(cloudCopy, place, token)),
  );
  return { place, copy };
}

/** Where the copy can be read as a document. */
export function documentOf({ place: { setup, path, versionId } }: FoundCopy): Uri {
  const { folderId, bucket, prefix } = setup;
  return cloudCopyUri({ folderId, target: { bucket, prefix }, path, versionId });
}
