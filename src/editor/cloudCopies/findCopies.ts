import { l10n, window, type Uri } from 'vscode';
import { cloudCopy, type CloudCopy } from '../../protocol';
import type { Parts } from '../parts';
import type { Selection } from '../selection';
import { viewId } from '../viewId';
import { cloudCopyUri } from './cloudCopyUri';
import { cloudPlaces, type CloudPlace } from './cloudPlaces';

/** A cloud copy that is there. */
export interface FoundCopy {
  readonly place: CloudPlace;
  readonly copy: CloudCopy;
}

/** The cloud copies of the files in a selection, as the bucket has them now. Throws why, if not. */
export async function findCopies(
  parts: Parts,
  selection: Selection,
): Promise<readonly FoundCopy[]> {
  const places = await cloudPlaces(parts, selection);
  const files = places.filter(({ kind }) => kind === 'file');
  if (files.length === 0 && places.length > 0) {
    void window.showInformationMessage(
      l10n.t('A folder has no cloud copy of its own: choose the files in it.'),
    );
  }
  return window.withProgress({ location: { viewId } }, () =>
    parts.ongoing.run(async token => {
      const found: FoundCopy[] = [];
      for (const place of files) {
        found.push({ place, copy: await parts.engine.request(cloudCopy, place, token) });
      }
      return found;
    }),
  );
}

/** Where the copy can be read as a document. */
export function documentOf({ place: { setup, path, versionId } }: FoundCopy): Uri {
  const { folderId, bucket, prefix } = setup;
  return cloudCopyUri({ folderId, target: { bucket, prefix }, path, versionId });
}
