import { EventEmitter, workspace, type Disposable, type Event, type WorkspaceFolder } from 'vscode';
import { storeOf } from '../../protocol/endpoint';
import type { FailureRecord } from '../../protocol/failures';
import type { FolderKin } from '../../protocol/folders';
import { rawSettings } from '../contributions/settings';
import { Failed, toFailureRecord } from '../failures/failed';
import type { ChosenTarget, FolderRecord, FolderRecords } from './folderRecords';
import { isKin, pathBetween } from './folderKin';
import { prefixFault, prefixRelation, type PrefixRelation } from './prefix';
import { type Place, type Target, targetText } from './target';
import {
  configuredPrefix,
  declaredByWorkspace,
  settingPrefix,
  userSetting,
} from './targetSettings';

/** What is known about a folder's target. */
export type TargetStatus =
  | { readonly kind: 'none' }
  | { readonly kind: 'known'; readonly target: Target }
  /** The workspace's settings name it, and the user has not agreed to it yet. */
  | { readonly kind: 'to-confirm'; readonly target: Target }
  /** A setting has an invalid value. */
  | { readonly kind: 'invalid'; readonly failure: FailureRecord };

/**
 * Which folder is backed up where. What the user chose is kept in the extension's own storage,
 * never in the workspace, where it would be committed. Settings of the workspace override it, but
 * only once the user has agreed: a repository must not send files to its author's bucket.
 */
export class Targets implements Disposable {
  readonly #onDidChange = new EventEmitter<WorkspaceFolder>();
  /** As the engine reported them: a profile may lead to another store than the settings. */
  readonly #stores = new Map<string, string>();

  /** Fires when the user has chosen a target for the folder. */
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

  /**
   * Forgets where the folder is backed up, and under which id: it is backed up nowhere. The id stays
   * where conflicts are open, since what is known of them is found under it.
   */
  stop(folder: WorkspaceFolder, openConflicts: number): void {
    const uri = folderId(folder);
    if (openConflicts === 0) this.#records.remove(uri);
    else this.#records.save({ uri, name: folder.name, places: [] });
    // Else the settings would name its place at once.
    if (this.statusOf(folder).kind !== 'none') {
      this.#records.save({ uri, name: folder.name, places: [], isStopped: true });
    }
    this.#onDidChange.fire(folder);
  }

  /** Like `choose`, for a folder that has been renamed or moved: it keeps the other one's record. */
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
   * Remembers that a folder is backed up where the settings say. Throws `prefix-in-use` if the
   * place overlaps with another folder's.
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

  /** Remembers the folder's store as the engine reported it; until then the settings decide. */
  rememberStore(folder: WorkspaceFolder, store: string): void {
    this.#stores.set(folderId(folder), store);
  }

  /** Returns another folder that is backed up to the same place, or above or below it. */
  clash(folder: WorkspaceFolder, target: Target): Clash | undefined {
    const clashes = this.#placesLike(folder, target).flatMap(({ record, place }) => {
      const relation = prefixRelation(target.prefix, place.prefix);
      // The same files under the same keys, whichever of the two folders was opened.
      const isPart = isKin({ uri: folderId(folder), ...target }, { uri: record.uri, ...place });
      return relation === 'apart' || isPart ? [] : [{ relation, record }];
    });
    // A nested place is refused outright, so it counts more than an equal one.
    return clashes.find(({ relation }) => relation !== 'same') ?? clashes[0];
  }

  /** Returns the folders above and below that are backed up above and below the target. */
  kin(folder: WorkspaceFolder, target: Target): readonly FolderKin[] {
    return this.#placesLike(folder, target).flatMap(({ record, place }) =>
      isKin({ uri: folderId(folder), ...target }, { uri: record.uri, ...place })
        ? [{ folderId: record.id, prefix: place.prefix }]
        : [],
    );
  }

  /**
   * Returns where a folder's files are in a bucket as part of the backup of a folder above, if they
   * are: the innermost one's.
   */
  outerPlace(folder: WorkspaceFolder, bucket: string): OuterPlace | undefined {
    const found = this.#placesLike(folder, { bucket, prefix: '' }).flatMap(({ record, place }) => {
      const between = pathBetween(record.uri, folderId(folder));
      if (between === undefined) return [];
      const prefix = place.prefix + between;
      return prefixFault(prefix) === undefined ? [{ prefix, record }] : [];
    });
    return found.sort((one, other) => other.record.uri.length - one.record.uri.length)[0];
  }

  /** Returns the id that the folder's receipts are stored under, once it has had a target. */
  recordId(folder: WorkspaceFolder): string | undefined {
    return this.#records.get(folderId(folder))?.id;
  }

  /** Whether the folder is backed up there, or was earlier. */
  hasBeenAt(folder: WorkspaceFolder, target: Target): boolean {
    const place = this.#placeOf(folder, target);
    const { places = [] } = this.#records.get(folderId(folder)) ?? {};
    return places.some(each => isSamePlace(each, place));
  }

  /** Returns the buckets of the folder's store that any folder uses, the latest choice first. */
  recentBuckets(folder: WorkspaceFolder): readonly string[] {
    const store = this.#storeOf(folder);
    const places = this.#records.all().flatMap(({ places: [now] }) => now ?? []);
    return [
      ...new Set(places.filter(each => storeOf(each.store) === store).map(each => each.bucket)),
    ];
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }

  /** Returns the folder's record with this target as its current place. */
  #moved(folder: WorkspaceFolder, target: Target): Pick<FolderRecord, 'uri' | 'name' | 'places'> {
    const place = this.#placeOf(folder, target);
    const { places = [] } = this.#records.get(folderId(folder)) ?? {};
    return {
      uri: folderId(folder),
      name: folder.name,
      places: [place, ...places.filter(each => !isSamePlace(each, place))],
    };
  }

  /** Returns the other folders whose place is in the same bucket. */
  #placesLike(
    folder: WorkspaceFolder,
    target: Target,
  ): readonly { readonly record: FolderRecord; readonly place: Place }[] {
    const { store, bucket } = this.#placeOf(folder, target);
    return this.#records.all().flatMap(record => {
      const [place] = record.places;
      const isLike =
        record.uri !== folderId(folder) &&
        place !== undefined &&
        storeOf(place.store) === store &&
        place.bucket === bucket;
      return isLike ? [{ record, place }] : [];
    });
  }

  /** Returns the prefix of the settings, else the place in an outer folder's backup, else its own. */
  #unchosenPrefix(folder: WorkspaceFolder, bucket: string): string {
    const [now] = this.#records.get(folderId(folder))?.places ?? [];
    const outer = this.outerPlace(folder, bucket);
    const isElsewhere = now !== undefined && now.prefix !== outer?.prefix;
    const isPart = outer !== undefined && !isElsewhere && settingPrefix(folder) === undefined;
    return isPart ? outer.prefix : configuredPrefix(folder);
  }

  #placeOf(folder: WorkspaceFolder, { bucket, prefix }: Target): Place {
    return { store: this.#storeOf(folder), bucket, prefix };
  }

  /** A bucket's name is unique within one store only. */
  #storeOf(folder: WorkspaceFolder): string {
    return this.#stores.get(folderId(folder)) ?? storeInSettings(folder);
  }

  #status(folder: WorkspaceFolder): TargetStatus {
    const record = this.#records.get(folderId(folder));
    if (record?.isStopped === true) return { kind: 'none' };
    const chosen = record?.chosen;
    const declared = declaredByWorkspace(folder);
    if (declared.signature !== undefined && chosen?.agreedTo !== declared.signature) {
      const bucket = declared.bucket ?? chosen?.bucket ?? userSetting(folder, 'bucket');
      if (bucket !== undefined) {
        return {
          kind: 'to-confirm',
          target: { bucket, prefix: this.#unchosenPrefix(folder, bucket) },
        };
      }
    }
    if (chosen !== undefined) {
      return { kind: 'known', target: { bucket: chosen.bucket, prefix: chosen.prefix } };
    }
    const bucket = userSetting(folder, 'bucket');
    if (bucket === undefined) return { kind: 'none' };
    return { kind: 'known', target: { bucket, prefix: this.#unchosenPrefix(folder, bucket) } };
  }
}

/** Returns the workspace's folders that are on a disk. */
export function localFolders(): readonly WorkspaceFolder[] {
  return (workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
}

export function folderById(id: string): WorkspaceFolder | undefined {
  return localFolders().find(folder => folderId(folder) === id);
}

export function folderId(folder: WorkspaceFolder): string {
  return folder.uri.toString();
}

/** Another folder's backup that overlaps with a target. */
export interface Clash {
  readonly relation: Exclude<PrefixRelation, 'apart'>;
  readonly record: FolderRecord;
}

/** Where a folder's files are as part of another one's backup. */
export interface OuterPlace {
  readonly prefix: string;
  /** Of the folder above. */
  readonly record: FolderRecord;
}

function chosenNow(folder: WorkspaceFolder, { bucket, prefix }: Target): ChosenTarget {
  const agreedTo = declaredByWorkspace(folder).signature;
  return { bucket, prefix, ...(agreedTo === undefined ? {} : { agreedTo }) };
}

function isSamePlace(one: Place, other: Place): boolean {
  return (
    storeOf(one.store) === storeOf(other.store) &&
    one.bucket === other.bucket &&
    one.prefix === other.prefix
  );
}

function storeInSettings(folder: WorkspaceFolder): string {
  const endpoint = rawSettings(folder.uri)['endpoint'];
  return storeOf(typeof endpoint === 'string' ? endpoint : undefined);
}
