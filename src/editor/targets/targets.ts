import {
  EventEmitter,
  l10n,
  workspace,
  type Disposable,
  type Event,
  type Uri,
  type WorkspaceFolder,
} from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import { section } from '../contributions/manifest';
import { rawSettings } from '../contributions/settings';
import { Failed, toFailureRecord } from '../failures/failed';
import type { ChosenTarget, FolderRecord, FolderRecords } from './folderRecords';
import {
  normalPrefix,
  prefixFault,
  prefixRelation,
  type PrefixRelation,
  prefixWords,
} from './prefix';
import { type Place, type Target, targetText } from './target';

/** What is known of a folder's target. */
export type TargetStatus =
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
  /** What the engine has said of folders' stores: a profile may name another than the settings. */
  readonly #stores = new Map<string, string>();

  /** The user chose a target for this folder. */
  readonly onDidChange: Event<WorkspaceFolder> = this.#onDidChange.event;

  readonly #records: FolderRecords;

  constructor(records: FolderRecords) {
    this.#records = records;
  }

  statusOf(folder: WorkspaceFolder): TargetStatus {
    try {
      return this.#status(folder);
    } catch (error) {
      return { kind: 'invalid', failure: toFailureRecord(error) };
    }
  }

  /** Remembers what the user chose or agreed to, together with what the workspace asks for now. */
  choose(folder: WorkspaceFolder, target: Target): void {
    this.#records.save({ ...this.#moved(folder, target), chosen: chosenNow(folder, target) });
    this.#onDidChange.fire(folder);
  }

  /** Like `settle`, for a folder that is another one under a new name or at a new place. */
  adoptRecord(folder: WorkspaceFolder, target: Target, from: FolderRecord): void {
    const { places } = from;
    this.#records.move(from, {
      uri: folderId(folder),
      name: folder.name,
      chosen: chosenNow(folder, target),
      places,
    });
    this.#onDidChange.fire(folder);
  }

  /**
   * Remembers that a folder is backed up where the settings say. Throws `prefix-in-use` where
   * another folder's files are in the way.
   */
  recordPlace(folder: WorkspaceFolder, target: Target): void {
    const place = this.#placeOf(folder, target);
    const record = this.#records.get(folderId(folder));
    const now = record?.places[0];
    if (now !== undefined && isSamePlace(now, place)) return;
    const clash = this.clash(folder, target);
    if (clash !== undefined) {
      throw Failed.of('prefix-in-use', targetText(target), clash.record.name);
    }
    const { chosen } = record ?? {};
    this.#records.save({
      ...this.#moved(folder, target),
      ...(chosen === undefined ? {} : { chosen }),
    });
  }

  /** Remembers in which store a folder's buckets are; by its settings alone until then. */
  rememberStore(folder: WorkspaceFolder, store: string): void {
    this.#stores.set(folderId(folder), store);
  }

  /** The other folder whose files lie there, or above or below it. */
  clash(folder: WorkspaceFolder, target: Target): Clash | undefined {
    const place = this.#placeOf(folder, target);
    const clashes = this.#records.all().flatMap(record => {
      const [theirs] = record.places;
      if (record.uri === folderId(folder) || theirs === undefined) return [];
      if (theirs.store !== place.store || theirs.bucket !== place.bucket) return [];
      const relation = prefixRelation(place.prefix, theirs.prefix);
      return relation === 'apart' ? [] : [{ relation, record }];
    });
    // Lying inside or around one folder's files is refused, whoever else has the same prefix.
    return clashes.find(({ relation }) => relation !== 'same') ?? clashes[0];
  }

  /** By what a folder's receipts are kept, once it has had a target. */
  recordId(folder: WorkspaceFolder): string | undefined {
    return this.#records.get(folderId(folder))?.id;
  }

  /** Whether the folder is, or once was, backed up there. */
  hasBeenAt(folder: WorkspaceFolder, target: Target): boolean {
    const place = this.#placeOf(folder, target);
    const { places = [] } = this.#records.get(folderId(folder)) ?? {};
    return places.some(each => isSamePlace(each, place));
  }

  /** The buckets of the folder's store that were chosen last, for whichever folder. */
  recentBuckets(folder: WorkspaceFolder): readonly string[] {
    const store = this.#storeOf(folder);
    const places = this.#records.all().flatMap(({ places: [now] }) => now ?? []);
    return [...new Set(places.filter(each => each.store === store).map(each => each.bucket))];
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }

  /** The folder's record once it is backed up there. */
  #moved(folder: WorkspaceFolder, target: Target): Pick<FolderRecord, 'uri' | 'name' | 'places'> {
    const place = this.#placeOf(folder, target);
    const { places = [] } = this.#records.get(folderId(folder)) ?? {};
    return {
      uri: folderId(folder),
      name: folder.name,
      places: [place, ...places.filter(each => !isSamePlace(each, place))],
    };
  }

  #placeOf(folder: WorkspaceFolder, { bucket, prefix }: Target): Place {
    return { store: this.#storeOf(folder), bucket, prefix };
  }

  /** Bucket names mean something within one store only. */
  #storeOf(folder: WorkspaceFolder): string {
    return this.#stores.get(folderId(folder)) ?? storeInSettings(folder);
  }

  #status(folder: WorkspaceFolder): TargetStatus {
    const chosen = this.#records.get(folderId(folder))?.chosen;
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

/**
 * The prefix that the settings give a folder, or the one named after it. Throws `invalid-setting`
 * for one that no file's path can follow.
 */
export function configuredPrefix(folder: WorkspaceFolder): string {
  const prefix = text(folder.uri, 'prefix');
  if (prefix === undefined) return ownPrefix(folder);
  const normal = normalPrefix(prefix);
  const fault = prefixFault(normal);
  if (fault !== undefined) throw invalid('prefix', prefixWords(fault));
  return normal;
}

export function ownPrefix(folder: WorkspaceFolder): string {
  return normalPrefix(folder.name);
}

/** Whose files are in the way of a target, and how. */
export interface Clash {
  readonly relation: Exclude<PrefixRelation, 'apart'>;
  readonly record: FolderRecord;
}

function chosenNow(folder: WorkspaceFolder, { bucket, prefix }: Target): ChosenTarget {
  const agreedTo = declaredByWorkspace(folder).signature;
  return { bucket, prefix, ...(agreedTo === undefined ? {} : { agreedTo }) };
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.store === other.store && one.bucket === other.bucket && one.prefix === other.prefix;
}

function storeInSettings(folder: WorkspaceFolder): string {
  const endpoint = rawSettings(folder.uri)['endpoint'];
  const url = typeof endpoint === 'string' ? endpoint.trim().replace(/\/+$/, '') : '';
  return url === '' ? 'AWS' : url;
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
