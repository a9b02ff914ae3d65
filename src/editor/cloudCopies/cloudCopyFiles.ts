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
import {
  cloudCopy,
  knownCopies,
  readCloudCopy,
  type CloudCopy,
  type CloudCopyRequest,
} from '../../protocol/cloudCopies';
import type { EngineClient } from '../client/engineClient';
import { toFailureRecord, failureLine } from '../failures/failed';
import { failureMessage } from '../failures/failureMessage';
import { plainText } from '../format/plainText';
import type { FolderSetupDeps } from '../targets/folderSetup';
import { cloudCopyScheme } from './cloudCopyUri';
import { cloudCopyAt } from './cloudPlaces';
import { maxOpenBytes } from './openCloudCopy';
import { RecentContents } from './recentContents';
import { waitingText, type RestoredCopies } from './restoredCopies';

/**
 * Serves cloud copies as read-only files. Asks the bucket for a copy's state each time, and caches
 * its bytes by ETag. When a comparison finds another copy than the one that was read, it notifies
 * the editors that show it.
 */
class CloudCopyFiles implements FileSystemProvider, Disposable {
  readonly #onDidChangeFile = new EventEmitter<FileChangeEvent[]>();
  readonly #known = new Map<string, KnownCopy>();
  readonly #recent = new RecentContents(maxCachedBytes);
  readonly #listening: readonly Disposable[];
  #reporting: Promise<void> = Promise.resolve();

  readonly onDidChangeFile: Event<FileChangeEvent[]> = this.#onDidChangeFile.event;

  constructor(
    private readonly engine: EngineClient,
    private readonly places: FolderSetupDeps,
    private readonly log: LogOutputChannel,
    private readonly restored: RestoredCopies,
  ) {
    this.#listening = [
      engine.onDidChangeRows(({ folder }) => {
        this.#reporting = this.#reporting.then(() => this.#reportChanges(folder));
      }),
      restored.onDidLoad(uris => {
        this.#onDidChangeFile.fire(uris.map(uri => ({ uri, type: FileChangeType.Changed })));
      }),
    ];
  }

  async stat(uri: Uri): Promise<FileStat> {
    const waiting = this.#waiting(uri);
    if (waiting !== undefined) {
      const size = waiting.byteLength;
      return {
        type: FileType.File,
        size,
        mtime: 0,
        ctime: 0,
        permissions: FilePermission.Readonly,
      };
    }
    return this.#withFileErrors(uri, async request => {
      const copy = await this.engine.sendRequest(cloudCopy, request);
      const { mtime } = this.#remember(uri, copy);
      return {
        type: FileType.File,
        size: copy.size,
        mtime,
        ctime: copy.modifiedAtMs,
        permissions: FilePermission.Readonly,
      };
    });
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const waiting = this.#waiting(uri);
    if (waiting !== undefined) return waiting;
    return this.#withFileErrors(uri, async request => {
      const key = uri.toString();
      const kept = this.#recent.get(key);
      if (kept !== undefined) {
        // A version never changes; the current copy may have been replaced.
        const isCurrent =
          request.versionId !== undefined ||
          (await this.engine.sendRequest(cloudCopy, request)).etag === kept.etag;
        if (isCurrent) return kept.bytes;
      }
      const limited = { ...request, limit: maxOpenBytes };
      const { copy, bytes } = await this.engine.sendRequest(readCloudCopy, limited);
      this.#remember(uri, copy);
      this.#recent.set(key, { etag: copy.etag, bytes });
      return bytes;
    });
  }

  /** Does nothing: changes of all copies that were read are reported, watched or not. */
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
    for (const each of this.#listening) each.dispose();
    this.#onDidChangeFile.dispose();
  }

  /** Returns what is shown instead of a copy that nobody has asked for yet. */
  #waiting(uri: Uri): Uint8Array | undefined {
    switch (this.restored.shows(uri)) {
      case 'copy':
        return undefined;
      case 'text':
        return new TextEncoder().encode(waitingText());
      case 'error':
        throw FileSystemError.Unavailable(waitingText());
    }
  }

  /** Asks the engine for a copy, and turns its failures into errors that editors show. */
  async #withFileErrors<T>(uri: Uri, ask: (request: CloudCopyRequest) => Promise<T>): Promise<T> {
    const place = cloudCopyAt(this.places, uri);
    if (place === undefined) throw FileSystemError.FileNotFound(uri);
    try {
      return await ask(place);
    } catch (error) {
      const failure = toFailureRecord(error);
      if (failure.code === 'no-such-key') throw FileSystemError.FileNotFound(uri);
      this.log.warn(`${uri.path}: ${failureLine(failure)}`);
      throw FileSystemError.Unavailable(plainText(failureMessage(failure).text));
    }
  }

  /** Remembers which copy an editor shows. */
  #remember(
    uri: Uri,
    { etag, modifiedAtMs: modifiedAt }: Pick<CloudCopy, 'etag' | 'modifiedAtMs'>,
  ): KnownCopy {
    const key = uri.toString();
    const before = this.#known.get(key);
    if (before?.etag === etag) return before;
    // Editors take equal size and time for the same content, and stores count in whole seconds.
    const mtime = before === undefined ? modifiedAt : Math.max(modifiedAt, before.mtime + 1);
    const seen: KnownCopy = { uri, etag, mtime, told: before?.told };
    this.#known.set(key, seen);
    return seen;
  }

  /** Reports the copies that a comparison of the folder has found replaced or gone. */
  async #reportChanges(folder: string): Promise<void> {
    if (!this.engine.running) return;
    try {
      const open = [...this.#known.values()].flatMap(seen => {
        const place = cloudCopyAt(this.places, seen.uri);
        if (place?.setup.id !== folder || place.versionId !== undefined) return [];
        return this.#isCompared(place) ? [{ uri: seen.uri, path: place.path }] : [];
      });
      if (open.length === 0) return;
      const paths = open.map(({ path }) => path);
      const copies = await this.engine.sendRequest(knownCopies, { folder, paths });
      const etags = new Map(copies.map(({ path, etag }) => [path, etag]));
      this.#onDidChangeFile.fire(
        open.flatMap(({ uri, path }) => (etags.has(path) ? this.#apply(uri, etags.get(path)) : [])),
      );
    } catch (error) {
      const line = failureLine(toFailureRecord(error));
      this.log.warn(`Open cloud copies could not be rechecked: ${line}`);
    }
  }

  /** Applies what the comparison says about a copy, once: the editor may have read a later one. */
  #apply(uri: Uri, etag: string | undefined): readonly FileChangeEvent[] {
    const key = uri.toString();
    const seen = this.#known.get(key);
    if (seen === undefined || (seen.told !== undefined && seen.told.etag === etag)) return [];
    if (seen.etag === etag) {
      this.#known.set(key, { ...seen, told: { etag } });
      return [];
    }
    this.#known.set(key, { uri, etag, mtime: seen.mtime + 1, told: { etag } });
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
interface KnownCopy {
  readonly uri: Uri;
  /** `undefined` if it was found gone. */
  readonly etag: string | undefined;
  readonly mtime: number;
  /** What the current comparison has said about it. */
  readonly told: { readonly etag: string | undefined } | undefined;
}

/** Enough for the pictures and texts between which a user switches. */
const maxCachedBytes = 32 << 20;

interface RegisterCloudCopiesDeps extends FolderSetupDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly restoredCopies: RestoredCopies;
}

/** Registers the file system by which editors open cloud copies. */
export function registerCloudCopies(deps: RegisterCloudCopiesDeps): Disposable {
  const files = new CloudCopyFiles(deps.engine, deps, deps.log, deps.restoredCopies);
  const registered = workspace.registerFileSystemProvider(cloudCopyScheme, files, {
    isCaseSensitive: true,
    isReadonly: new MarkdownString(
      l10n.t(
        'Cloud copies are read-only. To change a file, edit the local one, or restore it first.',
      ),
    ),
  });
  return Disposable.from(registered, files);
}
