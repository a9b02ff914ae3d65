import {
  Disposable,
  EventEmitter,
  FileChangeType,
  FilePermission,
  FileSystemError,
  FileType,
  type Event,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
  type LogOutputChannel,
  type Uri,
  l10n,
  MarkdownString,
  workspace,
} from 'vscode';
import type { EngineClient } from '../client/engineClient';
import { cloudCopyScheme } from './cloudCopyUri';
import { cloudCopyAt } from './cloudPlaces';
import { maxOpenBytes } from './openCloudCopy';
import { RecentContents } from './recentContents';
import { toFailureRecord } from '../failures/failed';
import { failureMessage } from '../failures/failureMessage';
import { plainText } from '../format/plainText';
import type { FolderSetupDeps } from '../targets/folderSetup';
import {
  cloudCopy,
  knownCopies,
  readCloudCopy,
  type CloudCopy,
  type CloudCopyRequest,
} from '../../protocol/cloudCopies';

/**
 * Cloud copies as files that can be read and not written. What a copy is, is asked of the bucket
 * each time; its bytes are kept for a while, by their ETag. Where a comparison finds another copy
 * than the one that was read, the editors that show it are told.
 */
export class CloudCopyFiles implements FileSystemProvider, Disposable {
  readonly #onDidChangeFile = new EventEmitter<FileChangeEvent[]>();
  readonly #seen = new Map<string, Seen>();
  readonly #recent = new RecentContents(maxCachedBytes);
  readonly #listening: Disposable;
  #news: Promise<void> = Promise.resolve();

  readonly onDidChangeFile: Event<FileChangeEvent[]> = this.#onDidChangeFile.event;

  constructor(
    private readonly engine: EngineClient,
    private readonly places: FolderSetupDeps,
    private readonly log: LogOutputChannel,
  ) {
    this.#listening = engine.onDidChangeRows(({ folder }) => {
      this.#news = this.#news.then(() => this.#tellChanges(folder));
    });
  }

  stat(uri: Uri): Promise<FileStat> {
    return this.#failing(uri, async request => {
      const copy = await this.engine.sendRequest(cloudCopy, request);
      const { mtime } = this.#see(uri, copy);
      return {
        type: FileType.File,
        size: copy.size,
        mtime,
        ctime: copy.modifiedAtMs,
        permissions: FilePermission.Readonly,
      };
    });
  }

  readFile(uri: Uri): Promise<Uint8Array> {
    return this.#failing(uri, async request => {
      const key = uri.toString();
      const kept = this.#recent.get(key);
      if (kept !== undefined) {
        // A version stays what it is; the copy as it is now may be another one by now.
        const isCurrent =
          request.versionId !== undefined ||
          (await this.engine.sendRequest(cloudCopy, request)).etag === kept.etag;
        if (isCurrent) return kept.bytes;
      }
      const limited = { ...request, limit: maxOpenBytes };
      const { copy, bytes } = await this.engine.sendRequest(readCloudCopy, limited);
      this.#see(uri, copy);
      this.#recent.keep(key, { etag: copy.etag, bytes });
      return bytes;
    });
  }

  /** Changes are told of all copies that were seen, watched or not. */
  watch(): Disposable {
    return new Disposable(() => undefined);
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotADirectory(uri);
  }

  createDirectory(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#onDidChangeFile.dispose();
  }

  /** Asks the engine for a copy; its failures become those that editors show. */
  async #failing<T>(uri: Uri, ask: (request: CloudCopyRequest) => Promise<T>): Promise<T> {
    const place = cloudCopyAt(this.places, uri);
    if (place === undefined) throw FileSystemError.FileNotFound(uri);
    try {
      return await ask(place);
    } catch (error) {
      const failure = toFailureRecord(error);
      if (failure.code === 'no-such-key') throw FileSystemError.FileNotFound(uri);
      this.log.warn(`${uri.path}: ${failure.code} ${failure.cause ?? ''}`);
      throw FileSystemError.Unavailable(plainText(failureMessage(failure).text));
    }
  }

  /** Remembers which copy an editor gets to see. */
  #see(
    uri: Uri,
    { etag, modifiedAtMs: modifiedAt }: Pick<CloudCopy, 'etag' | 'modifiedAtMs'>,
  ): Seen {
    const key = uri.toString();
    const before = this.#seen.get(key);
    if (before?.etag === etag) return before;
    // Editors take a file of the same size and time for the same one, and stores count in seconds.
    const mtime = before === undefined ? modifiedAt : Math.max(modifiedAt, before.mtime + 1);
    const seen: Seen = { uri, etag, mtime, told: before?.told };
    this.#seen.set(key, seen);
    return seen;
  }

  /** Tells of the copies that a comparison of the folder has found to be other ones. */
  async #tellChanges(folder: string): Promise<void> {
    if (!this.engine.running) return;
    try {
      const open = [...this.#seen.values()].flatMap(seen => {
        const place = cloudCopyAt(this.places, seen.uri);
        if (place?.setup.id !== folder || place.versionId !== undefined) return [];
        return this.#isCompared(place) ? [{ uri: seen.uri, path: place.path }] : [];
      });
      if (open.length === 0) return;
      const paths = open.map(({ path }) => path);
      const copies = await this.engine.sendRequest(knownCopies, { folder, paths });
      const etags = new Map(copies.map(({ path, etag }) => [path, etag]));
      this.#onDidChangeFile.fire(
        open.flatMap(({ uri, path }) => (etags.has(path) ? this.#take(uri, etags.get(path)) : [])),
      );
    } catch (error) {
      const { code, cause } = toFailureRecord(error);
      this.log.warn(`Open cloud copies could not be looked at: ${code} ${cause ?? ''}`);
    }
  }

  /** Takes in what the comparison says of a copy, once: what an editor has seen may be later. */
  #take(uri: Uri, etag: string | undefined): readonly FileChangeEvent[] {
    const key = uri.toString();
    const seen = this.#seen.get(key);
    if (seen === undefined || (seen.told !== undefined && seen.told.etag === etag)) return [];
    if (seen.etag === etag) {
      this.#seen.set(key, { ...seen, told: { etag } });
      return [];
    }
    this.#seen.set(key, { uri, etag, mtime: seen.mtime + 1, told: { etag } });
    return [{ uri, type: etag === undefined ? FileChangeType.Deleted : FileChangeType.Changed }];
  }

  #isCompared({ setup }: CloudCopyRequest): boolean {
    return this.engine.state.comparisons.some(
      ({ folder, bucket, prefix }) =>
        folder === setup.id && bucket === setup.bucket && prefix === setup.prefix,
    );
  }
}

/** The copy that was read, or that a comparison has found since. */
interface Seen {
  readonly uri: Uri;
  /** `undefined` where it has been found gone. */
  readonly etag: string | undefined;
  readonly mtime: number;
  /** What the comparison at hand has said of it. */
  readonly told: { readonly etag: string | undefined } | undefined;
}

/** Enough for the pictures and texts that somebody goes back and forth between. */
const maxCachedBytes = 32 << 20;

interface RegisterCloudCopiesDeps extends FolderSetupDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
}

/** Lets editors open cloud copies. */
export function registerCloudCopies(deps: RegisterCloudCopiesDeps): Disposable {
  const files = new CloudCopyFiles(deps.engine, deps, deps.log);
  const registered = workspace.registerFileSystemProvider(cloudCopyScheme, files, {
    isCaseSensitive: true,
    isReadonly: new MarkdownString(
      l10n.t('This is the cloud copy, which is never changed from here. Edit the local file.'),
    ),
  });
  return Disposable.from(registered, files);
}
