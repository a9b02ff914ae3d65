import { l10n, window } from 'vscode';
import type { Selection } from '../selection/selection';
import { cloudPlaces, type CloudPlace, type CloudPlacesDeps } from './cloudPlaces';

/** The files in a selection; says so where it holds none. */
export async function cloudFiles(
  deps: CloudPlacesDeps,
  selection: Selection,
): Promise<readonly CloudPlace[]> {
  const places = await cloudPlaces(deps, selection);
  const files = places.filter(({ kind }) => kind === 'file');
  if (files.length === 0 && places.length > 0) {
    void window.showInformationMessage(
      l10n.t('A folder has no cloud copy of its own: choose the files in it.'),
    );
  }
  return files;
}
