import {
  EventEmitter,
  l10n,
  workspace,
  type Disposable,
  type Event,
  type Memento,
  type Uri,
  type WorkspaceFolder,
} from 'vscode';
import type { FailureRecord } from '../protocol';
import { Failed, toFailureRecord } from './failed';
import { section } from './settings';

/** Where in the store one workspace folder is backed up. */
export interface Target {
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
}

/** What is known of a folder's target. */
export type Standing =
  | { readonly kind: 'none' }
  | { readonly kind: 'settled'; readonly target: Target }
  /** The workspace's own settings name it, and this user never agreed to it. */
  | { readonly kind: 'to-confirm'; readonly target: Target }
  /** A setting holds what cannot be meant. */
  | { readonly kind: 'invalid'; readonly failure: FailureRecord };

/**
 * Which folder is backed up where. What the user chose is kept in the extension's own storage,
 * never in the workspace, where it would be committed. Settings of the workspace override it, but
 * only once the user has agreed: a repository must not send files to its author's bucket.
 */
export class Targets implements Disposable {
  readonly #onDidChange = new EventEmitter<WorkspaceFolder>();

  /** The user chose a target for this folder. */
  readonly onDidChange: Event<WorkspaceFolder> = this.#onDidChange.event;

  constructor(private readonly memory: Memento) {}

  standing(folder: WorkspaceFolder): Standing {
    try {
      return this.#standing(folder);
    } catch (error) {
      return { kind: 'invalid', failure: toFailureRecord(error) };
    }
  }

  /** Remembers what the user chose or agreed to, together with what the workspace asks for now. */
  async settle(folder: WorkspaceFolder, target: Target): Promise<void> {
    const chosen: Chosen = { ...target, agreedTo: declaredByWorkspace(folder).signature };
    await this.memory.update(memoryKey(folder), chosen);
    this.#onDidChange.fire(folder);
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }

  #standing(folder: WorkspaceFolder): Standing {
    const chosen = this.memory.get<Chosen>(memoryKey(folder));
    const declared = declaredByWorkspace(folder);
    if (declared.signature !== undefined && chosen?.agreedTo !== declared.signature) {
      const bucket = declared.bucket ?? chosen?.bucket ?? userSetting(folder, 'bucket');
      if (bucket !== undefined) {
        return { kind: 'to-confirm', target: { bucket, prefix: configuredPrefix(folder) } };
      }
    }
    if (chosen !== undefined) {
      return { kind: 'settled', target: { bucket: chosen.bucket, prefix: chosen.prefix } };
    }
    const bucket = userSetting(folder, 'bucket');
    if (bucket === undefined) return { kind: 'none' };
    return { kind: 'settled', target: { bucket, prefix: configuredPrefix(folder) } };
  }
}

/** The workspace's folders that are on a disk. */
export function localFolders(): readonly WorkspaceFolder[] {
  return (workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
}

export function folderById(id: string): WorkspaceFolder | undefined {
  return localFolders().find(folder => folderId(folder) === id);
}

export function folderId(folder: WorkspaceFolder): string {
  return folder.uri.toString();
}

/** `bucket/prefix`, as it is shown to the user. */
export function targetText({ bucket, prefix }: Target): string {
  return prefix === '' ? bucket : `${bucket}/${prefix}`;
}

/**
 * The prefix that the settings give a folder, or the one named after it. Throws `invalid-setting`
 * for one that no file's path can follow.
 */
export function configuredPrefix(folder: WorkspaceFolder): string {
  const prefix = text(folder.uri, 'prefix');
  if (prefix === undefined) return ownPrefix(folder);
  const names = withSlash(prefix).split('/').slice(0, -1);
  if (names.some(name => name === '' || name === '.' || name === '..')) {
    throw invalid('prefix', l10n.t('between its slashes there must be names'));
  }
  return withSlash(prefix);
}

export function ownPrefix(folder: WorkspaceFolder): string {
  return withSlash(folder.name);
}

interface Chosen extends Target {
  /** The signature of the workspace's settings when the user chose, if it had any. */
  readonly agreedTo: string | undefined;
}

function memoryKey(folder: WorkspaceFolder): string {
  return `target:${folderId(folder)}`;
}

/** What a repository, or whoever wrote the workspace's settings, asks for. */
function declaredByWorkspace(folder: WorkspaceFolder): {
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

function userSetting(folder: WorkspaceFolder, name: 'bucket' | 'prefix'): string | undefined {
  const values = workspace.getConfiguration(section, folder.uri).inspect<unknown>(name);
  return toText(values?.globalValue, name);
}

function text(scope: Uri, name: 'bucket' | 'prefix'): string | undefined {
  return toText(workspace.getConfiguration(section, scope).get<unknown>(name), name);
}

function toText(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(name, l10n.t('it takes a text'));
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

function invalid(name: string, why: string): Failed {
  return Failed.of('invalid-setting', `${section}.${name}`, why);
}

/** Empty, or ending in exactly one `/`; a lone `/` is the root of the bucket. */
function withSlash(prefix: string): string {
  const bare = prefix.replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `${bare}/`;
}
