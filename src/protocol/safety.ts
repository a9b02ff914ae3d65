/** How safe single files and folders are, for what is shown of them outside the view. */

import type { FilePath, FolderSetup } from './folders';
import { requestType } from './messages';
import type { Verdict } from './verdicts';

/** Files or folders of one workspace folder. */
export interface SafetyRequest {
  readonly setup: FolderSetup;
  readonly paths: readonly FilePath[];
}

export type Safety =
  /** By the comparison at hand; `provedAt` is when its bytes were last proved to be in the cloud. */
  | { readonly kind: 'compared'; readonly verdict: Verdict; readonly provedAt: number | undefined }
  /** How many of the files below a folder are missing or not current in the cloud. */
  | { readonly kind: 'folder'; readonly notBackedUp: number }
  /** Nothing has been compared. Its bytes were in the cloud then; by its times it has changed since. */
  | { readonly kind: 'proved-earlier'; readonly provedAt: number; readonly hasChanged: boolean }
  | { readonly kind: 'unknown' };

/**
 * How safe files are by what is known already, in the order of the paths: no request goes to the store,
 * no file is read, and what is known does not change.
 */
export const safety = requestType<SafetyRequest, readonly Safety[]>('safety');
