import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import type { StagedFile } from '../../../src/engine/disk/stagedFile';
import type { Placeholder } from '../../../src/engine/disk/rename';
import type { StagingJournal } from '../../../src/engine/staging/stagingJournal';

/** One thing that was done to a disk, as far as a power cut can tell. */
export type DiskCall =
  /** Names of one folder that stand for other files now, or for none, all at once. */
  | { readonly kind: 'names'; readonly names: ReadonlyMap<string, FileId | undefined> }
  | { readonly kind: 'write'; readonly file: FileId; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: FileId; readonly size: number }
  /** All bytes of the file are on the disk. */
  | { readonly kind: 'sync'; readonly file: FileId }
  /** All names of the folder are on the disk. */
  | { readonly kind: 'sync-folder'; readonly folder: string }
  /** The journal has it on the disk before it returns. */
  | { readonly kind: 'note'; readonly note: Note }
  /** The journal has it on the disk some time later. */
  | { readonly kind: 'end'; readonly note: Note };

/** A file, whatever its names are. */
export type FileId = number;

export type Note =
  | { readonly kind: 'file'; readonly file: StagedFile }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder };

/** What a disk held at first, and what was done to it. */
export interface Recording {
  readonly contents: ReadonlyMap<FileId, Buffer>;
  readonly names: ReadonlyMap<string, FileId>;
  readonly calls: readonly DiskCall[];
}

/** What the disk is asked for and cannot do. */
export type Refusal = 'link' | undefined;

/**
 * Records what is done below a folder, until `stop`: names, bytes, and what is synced. A slow disk is
 * called by promises, a quick one without.
 * Folders are made and removed in time; a lost one is as if all in it were lost.
 */
export class DiskRecorder {
  readonly #root: string;
  readonly #contents = new Map<FileId, Buffer>();
  readonly #before = new Map<string, FileId>();
  readonly #now: Map<string, FileId>;
  readonly #calls: DiskCall[] = [];
  readonly #originals = { ...promises };
  readonly #direct = directCalls();
  /** What the descriptors stand for that were opened without a promise. */
  readonly #opened = new Map<number, DiskCall & { readonly kind: 'sync' | 'sync-folder' }>();
  #files = 0;

  constructor(root: string, refusal: Refusal) {
    this.#root = root;
    for (const name of fs.readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const absolute = join(root, name);
      if (!fs.statSync(absolute).isFile()) continue;
      const file = this.#files++;
      this.#contents.set(file, fs.readFileSync(absolute));
      this.#before.set(name, file);
    }
    this.#now = new Map(this.#before);
    this.#hook(refusal);
    this.#hookDirect(refusal);
  }

  /** Records the journal, too. */
  journal(journal: StagingJournal): StagingJournal {
    const note = (noted: Note) => {
      this.#calls.push({ kind: 'note', note: noted });
    };
    const end = (noted: Note) => {
      this.#calls.push({ kind: 'end', note: noted });
    };
    return {
      begin(file) {
        journal.begin(file);
        note({ kind: 'file', file });
      },
      async beginTogether(file) {
        await journal.beginTogether(file);
        note({ kind: 'file', file });
      },
      markComplete(file) {
        journal.markComplete(file);
        note({ kind: 'file', file: { ...file, kind: 'complete' } });
      },
      end(file) {
        end({ kind: 'file', file });
        journal.end(file);
      },
      beginPlaceholder(placeholder) {
        journal.beginPlaceholder(placeholder);
        note({ kind: 'placeholder', placeholder });
      },
      endPlaceholder(placeholder) {
        end({ kind: 'placeholder', placeholder });
        journal.endPlaceholder(placeholder);
      },
      close() {
        journal.close();
      },
    };
  }

  /** Lets a file go out of the folder, as the trash of the system takes it. */
  moveAway(absolute: string): void {
    fs.rmSync(absolute);
    this.#name(new Map([[this.#pathOf(absolute) ?? '', undefined]]));
  }

  stop(): Recording {
    Object.assign(promises, this.#originals);
    Object.assign(fs, this.#direct);
    return { contents: this.#contents, names: this.#before, calls: this.#calls };
  }

  #hook(refusal: Refusal): void {
    const { link, open, rename, rm, unlink } = this.#originals;
    const removed = async (absolute: string, work: () => Promise<void>) => {
      const path = this.#pathOf(absolute);
      await work();
      if (path !== undefined && this.#now.has(path)) this.#name(new Map([[path, undefined]]));
    };
    Object.assign(promises, {
      link: async (from: string, to: string) => {
        if (refusal === 'link') throw Object.assign(new Error('no links'), { code: 'EPERM' });
        const [source, path] = [this.#pathOf(from), this.#pathOf(to)];
        await link(from, to);
        if (source !== undefined && path !== undefined) {
          this.#name(new Map([[path, this.#now.get(source)]]));
        }
      },
      rename: async (from: string, to: string) => {
        const [source, path] = [this.#pathOf(from), this.#pathOf(to)];
        await rename(from, to);
        if (source !== undefined && path !== undefined) {
          this.#name(
            new Map([
              [source, undefined],
              [path, this.#now.get(source)],
            ]),
          );
        }
      },
      unlink: (absolute: string) => removed(absolute, () => unlink(absolute)),
      rm: (absolute: string, options?: fs.RmOptions) =>
        removed(absolute, () => rm(absolute, options)),
      open: async (absolute: string, flags?: string | number, mode?: number) => {
        const path = this.#pathOf(absolute);
        const handle = await open(absolute, flags, mode);
        if (path !== undefined) this.#watch(handle, path);
        return handle;
      },
    });
  }

  #hookDirect(refusal: Refusal): void {
    const { linkSync, openSync, unlinkSync, writeSync, ftruncateSync, fsync } = this.#direct;
    Object.assign(fs, {
      linkSync: (from: string, to: string) => {
        if (refusal === 'link') throw Object.assign(new Error('no links'), { code: 'EPERM' });
        const [source, path] = [this.#pathOf(from), this.#pathOf(to)];
        linkSync(from, to);
        if (source !== undefined && path !== undefined) {
          this.#name(new Map([[path, this.#now.get(source)]]));
        }
      },
      unlinkSync: (absolute: string) => {
        const path = this.#pathOf(absolute);
        unlinkSync(absolute);
        if (path !== undefined && this.#now.has(path)) this.#name(new Map([[path, undefined]]));
      },
      openSync: (absolute: string, flags: string | number, mode?: number) => {
        const path = this.#pathOf(absolute);
        const fd = openSync(absolute, flags, mode);
        if (path === undefined) this.#opened.delete(fd);
        else this.#opened.set(fd, this.#syncOf(fd, path));
        return fd;
      },
      writeSync: (fd: number, ...rest: unknown[]) => {
        const count = (writeSync as (...all: unknown[]) => number)(fd, ...rest);
        // Text is what a test writes, as another program.
        if (typeof rest[0] === 'string') return count;
        const [bytes, offset, , at] = rest as [Buffer, number, number, number];
        const written = () => Buffer.from(bytes.subarray(offset, offset + count));
        this.#onFile(fd, file => ({ kind: 'write', file, at, bytes: written() }));
        return count;
      },
      ftruncateSync: (fd: number, size: number) => {
        ftruncateSync(fd, size);
        this.#onFile(fd, file => ({ kind: 'truncate', file, size }));
      },
      fsync: (fd: number, done: fs.NoParamCallback) => {
        const call = this.#opened.get(fd);
        fsync(fd, error => {
          if (error === null && call !== undefined) this.#calls.push(call);
          done(error);
        });
      },
    });
  }

  #onFile(fd: number, call: (file: FileId) => DiskCall): void {
    const opened = this.#opened.get(fd);
    if (opened?.kind === 'sync') this.#calls.push(call(opened.file));
  }

  /** What it is to sync what is open under a path. */
  #syncOf(fd: number, path: string): DiskCall & { readonly kind: 'sync' | 'sync-folder' } {
    if (fs.fstatSync(fd).isDirectory()) {
      return { kind: 'sync-folder', folder: path === '' ? '.' : path };
    }
    return { kind: 'sync', file: this.#now.get(path) ?? this.#create(path) };
  }

  #watch(handle: FileHandle, path: string): void {
    const sync = this.#syncOf(handle.fd, path);
    this.#onSync(handle, sync);
    if (sync.kind === 'sync-folder') return;
    const { file } = sync;
    const write = handle.write.bind(handle) as (
      bytes: Buffer,
      offset: number,
      length: number,
      at: number,
    ) => Promise<{ bytesWritten: number }>;
    const truncate = handle.truncate.bind(handle);
    Object.assign(handle, {
      write: async (bytes: Buffer, offset: number, length: number, at: number) => {
        const result = await write(bytes, offset, length, at);
        const written = Buffer.from(bytes.subarray(offset, offset + result.bytesWritten));
        this.#calls.push({ kind: 'write', file, at, bytes: written });
        return result;
      },
      truncate: async (size: number) => {
        await truncate(size);
        this.#calls.push({ kind: 'truncate', file, size });
      },
    });
  }

  /** Counts when it has ended: what is under way at the power cut promises nothing. */
  #onSync(handle: FileHandle, call: DiskCall): void {
    const sync = handle.sync.bind(handle);
    Object.assign(handle, {
      sync: async () => {
        await sync();
        this.#calls.push(call);
      },
    });
  }

  #create(path: string): FileId {
    const file = this.#files++;
    this.#contents.set(file, Buffer.alloc(0));
    this.#name(new Map([[path, file]]));
    return file;
  }

  #name(names: ReadonlyMap<string, FileId | undefined>): void {
    this.#calls.push({ kind: 'names', names });
    for (const [path, file] of names) {
      if (file === undefined) this.#now.delete(path);
      else this.#now.set(path, file);
    }
  }

  /** The path below the folder; `undefined` for what is elsewhere. */
  #pathOf(absolute: string): string | undefined {
    const folder = fs.realpathSync(dirname(absolute));
    const path = relative(
      fs.realpathSync(this.#root),
      join(folder, absolute.slice(absolute.lastIndexOf('/') + 1)),
    );
    return path.startsWith('..') ? undefined : path;
  }
}

/** What a quick disk is called by. */
function directCalls() {
  const { linkSync, openSync, unlinkSync, writeSync, ftruncateSync, fsync } = fs;
  return { linkSync, openSync, unlinkSync, writeSync, ftruncateSync, fsync };
}
