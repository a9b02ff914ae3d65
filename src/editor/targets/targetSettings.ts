import { posix } from 'node:path';
import { l10n, workspace, type Uri, type WorkspaceFolder } from 'vscode';
import { section } from '../contributions/manifest';
import { Failed } from '../failures/failed';
import { normalPrefix, prefixFault, prefixWords } from './prefix';

/**
 * Returns the prefix that the settings give a folder, or the one named after it. Throws
 * `invalid-setting` where it cannot be used.
 */
export function configuredPrefix(folder: WorkspaceFolder): string {
  const prefix = settingPrefix(folder);
  if (prefix !== undefined) return prefix;
  const own = diskPrefix(folder);
  const unfit = own === '' ? l10n.t('The folder has no name.') : faultOf(own);
  if (unfit === undefined) return own;
  throw invalid(
    'prefix',
    l10n.t('it is not set, and the folder’s name cannot be a prefix: {0}', unfit),
  );
}

/** Returns the prefix of the settings, if there is one. Throws `invalid-setting` as they do. */
export function settingPrefix(folder: WorkspaceFolder): string | undefined {
  const prefix = text(folder.uri, 'prefix');
  if (prefix === undefined) return undefined;
  const normal = normalPrefix(prefix);
  const fault = faultOf(normal);
  if (fault !== undefined) throw invalid('prefix', fault);
  return normal;
}

/**
 * Returns the prefix after the folder's name on the disk, or `undefined` where that cannot be one. A
 * workspace file may call the folder otherwise, but is somebody else's perhaps, and the same folder
 * opened without it would go to another place.
 */
export function ownPrefix(folder: WorkspaceFolder): string | undefined {
  const prefix = diskPrefix(folder);
  return prefix === '' || prefixFault(prefix) !== undefined ? undefined : prefix;
}

/** Returns the prefix after the name that the workspace gives the folder, where it gives another. */
export function workspaceNamePrefix(folder: WorkspaceFolder): string | undefined {
  const prefix = normalPrefix(folder.name);
  const isOffered =
    prefix !== '' && prefix !== diskPrefix(folder) && prefixFault(prefix) === undefined;
  return isOffered ? prefix : undefined;
}

function diskPrefix({ uri }: WorkspaceFolder): string {
  return normalPrefix(posix.basename(uri.path));
}

function faultOf(prefix: string): string | undefined {
  const fault = prefixFault(prefix);
  return fault === undefined ? undefined : prefixWords(fault);
}

/** Returns the target that the workspace's own settings ask for; a repository may bring them. */
export function declaredByWorkspace(folder: WorkspaceFolder): {
  readonly bucket: string | undefined;
  readonly signature: string | undefined;
} {
  const bucket = workspaceSetting(folder.uri, 'bucket');
  const prefix = workspaceSetting(folder.uri, 'prefix');
  const isSilent = bucket === undefined && prefix === undefined;
  return { bucket, signature: isSilent ? undefined : JSON.stringify([bucket, prefix]) };
}

function workspaceSetting(scope: Uri, name: 'bucket' | 'prefix'): string | undefined {
  // The values of a workspace that isn't trusted are not read at all.
  if (!workspace.isTrusted) return undefined;
  const values = workspace.getConfiguration(section, scope).inspect<unknown>(name);
  return toText(values?.workspaceFolderValue ?? values?.workspaceValue, name);
}

export function userSetting(
  folder: WorkspaceFolder,
  name: 'bucket' | 'prefix',
): string | undefined {
  const values = workspace.getConfiguration(section, folder.uri).inspect<unknown>(name);
  return toText(values?.globalValue, name);
}

function text(scope: Uri, name: 'bucket' | 'prefix'): string | undefined {
  return toText(workspace.getConfiguration(section, scope).get<unknown>(name), name);
}

function toText(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(name, l10n.t('it must be text'));
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

function invalid(name: string, why: string): Failed {
  return Failed.of('invalid-setting', `${section}.${name}`, why);
}
