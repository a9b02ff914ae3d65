import { posix } from 'node:path';
import { workspace, type Uri } from 'vscode';
import { Failed } from '../failures/failed';
import { localFolders } from './targets';

/** Returns why none of these files can be backed up or, if none are given, nothing in this window. */
export function unsupportedResource(uris: readonly Uri[]): Failed {
  const virtual = uris.find(uri => uri.scheme !== 'file');
  if (virtual !== undefined) return notOnDisk(virtual, posix.basename(virtual.path));
  if (localFolders().length === 0) {
    const [folder] = workspace.workspaceFolders ?? [];
    return folder === undefined ? Failed.of('no-folder', '') : notOnDisk(folder.uri, folder.name);
  }
  const [first] = uris;
  // Rows of a folder that has been closed meanwhile.
  if (first === undefined) return Failed.of('plan-outdated', '');
  return Failed.of('not-in-workspace', posix.basename(first.path));
}

function notOnDisk(uri: Uri, name: string): Failed {
  return Failed.of('not-on-disk', name, `the scheme of its URI is ${uri.scheme}`);
}
