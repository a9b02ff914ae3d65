import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import type { CompareRule } from '../../../src/engine/config/settings';
import type { Bucket } from '../../../src/engine/ports/bucket';
import { Database } from '../../../src/engine/records/database';
import { Unfinished } from '../../../src/engine/records/unfinished';
import type { Engine } from '../../../src/engine/session/engine';
import { recoverStagedFiles } from '../../../src/engine/staging/recoverStagedFiles';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { FileRow } from '../../../src/protocol/rows';
import type { State } from '../../../src/protocol/state';
import { groups } from '../../../src/protocol/verdicts';
import { asOrdinaryUser } from '../disk/ordinaryUser';
import { aFolder } from '../engine/aFolder';
import { startEngine } from '../engine/startEngine';
import { memoryBucket, type MemoryBucket } from '../memory/memoryBucket';
import { editorWithTrash } from '../engine/editorWithTrash';
import { toldReceipts, type Proof } from './toldReceipts';

/** Contents by path. */
export type Files = ReadonlyMap<string, string>;

/** What decides what is compared, and how. */
export interface Rules {
  readonly exclude: readonly string[];
  readonly rule: CompareRule;
}

export const ignoreFile = '.s3backupignore';

/** The prefix of the one folder. */
const prefix = 'w/';

/**
 * A folder, a bucket that keeps all versions, the records of the computer, and an engine over them
 * that can be ended at any call to the bucket and started anew.
 */
export class World {
  readonly root: string;
  /** What the engine has moved to the trash, the latest last. */
  readonly trash: string[] = [];
  state: State | undefined;
  readonly #journals: string;
  /** What the engine has noted down as proved since they were last taken, in order. */
  readonly #proofs: Proof[] = [];
  readonly #receipts = toldReceipts(proof => this.#proofs.push(proof));
  readonly #unfinished = new Unfinished(Database.inMemory());
  /** What happens with the coming calls to the bucket, by how many calls pass before. */
  readonly #planned: { left: number; readonly happen: () => void }[] = [];
  #engine: Engine;
  #rules: Rules = { exclude: [], rule: 'smart' };
  #isCompared = false;
  #hasEnded = false;
  readonly #now: () => number;
  readonly #stepMs: number;
  /** Of the time that really passes; the store's clock goes with the steps, and never jumps. */
  #aheadMs = 0;
  #jumpedMs = 0;
  #bucket: MemoryBucket;

  /** `stepMs`: how far the computer's clock runs ahead with each step; then what was read is settled. */
  constructor(folder: string, stepMs: number) {
    this.#stepMs = stepMs;
    this.root = join(folder, 'w');
    this.#journals = join(folder, 'staging-journals');
    mkdirSync(this.root);
    this.#now = Date.now;
    Date.now = () => this.#now() + this.#aheadMs + this.#jumpedMs;
    this.#bucket = this.#newBucket();
    this.#engine = this.#start();
  }

  get engine(): Engine {
    return this.#engine;
  }

  get bucket(): MemoryBucket {
    return this.#bucket;
  }

  get setup(): FolderSetup {
    const { exclude, rule } = this.#rules;
    return aFolder({ root: this.root, prefix, settings: { exclude, 'compare.rule': rule } });
  }

  /** The patterns of the setting and of the ignore file, as it is on the disk. */
  get exclude(): readonly string[] {
    const ignored = this.disk().get(ignoreFile)?.split('\n') ?? [];
    return [...this.#rules.exclude, ...ignored];
  }

  /** Whether there is a comparison at hand. */
  get isCompared(): boolean {
    return this.#isCompared;
  }

  /** Whether the engine was ended, and no other was started. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async compare(signal: AbortSignal): Promise<void> {
    await this.#engine.compare([this.setup], signal);
    this.#isCompared = true;
  }

  /** All that the bucket has of a path, the newest first. */
  async versions(
    path: string,
  ): Promise<readonly { readonly versionId: string; readonly content: string }[]> {
    const found: { versionId: string; content: string }[] = [];
    const key = prefix + path;
    const signal = new AbortController().signal;
    for await (const page of this.#bucket.listVersions({ key, signal })) {
      for (const version of page) {
        if (version.kind !== 'version') continue;
        const { versionId } = version;
        const { body } = await this.#bucket.get({ key, versionId, signal });
        const chunks: Uint8Array[] = [];
        for await (const chunk of body) chunks.push(chunk);
        found.push({ versionId, content: Buffer.concat(chunks).toString() });
      }
    }
    return found;
  }

  /** Gives what the engine has noted down as proved, once. */
  takeProofs(): readonly Proof[] {
    return this.#proofs.splice(0);
  }

  changeRules(changed: Partial<Rules>): void {
    this.#rules = { ...this.#rules, ...changed };
    this.#isCompared = false;
    this.#engine.settingsChanged(this.setup.id, this.setup.settings);
  }

  /** Ends the engine and starts the next one over the same records, which clears up first. */
  async restart(): Promise<void> {
    this.#engine.dispose();
    this.#planned.length = 0;
    this.#isCompared = false;
    this.state = undefined;
    await recoverStagedFiles(this.#journals, () => undefined, new AbortController().signal);
    this.#engine = this.#start();
    this.#hasEnded = false;
  }

  /** Ends the engine as a crash does, as far as one process can tell. */
  end(): void {
    this.#engine.dispose();
    this.#hasEnded = true;
  }

  close(): void {
    this.end();
    Date.now = this.#now;
  }

  /** Lets something happen when so many calls to the bucket have passed. */
  atCall(calls: number, happen: () => void): void {
    this.#planned.push({ left: calls, happen });
  }

  /** What was to happen within the step, and has not, is called off. */
  endStep(): void {
    this.#planned.length = 0;
    this.#aheadMs += this.#stepMs;
  }

  /** Lets the computer's clock jump, ahead or back. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** Writes as a user does; does nothing where a folder stands, or a file in a folder's place. */
  write(path: string, content: string, modifiedAtMs: number | undefined): void {
    const absolute = join(this.root, path);
    this.#change(() => {
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      if (modifiedAtMs !== undefined) {
        utimesSync(absolute, modifiedAtMs / 1000, modifiedAtMs / 1000);
      }
    });
  }

  /** Changes a file's time alone. */
  touch(path: string, modifiedAtMs: number): void {
    this.#change(() => {
      utimesSync(join(this.root, path), modifiedAtMs / 1000, modifiedAtMs / 1000);
    });
  }

  /** Does something as a user who may not read what is at the path, if there is anything. */
  async whileUnreadable(path: string, work: () => Promise<void>): Promise<void> {
    const absolute = join(this.root, path);
    if (!existsSync(absolute)) {
      await work();
      return;
    }
    const { mode } = statSync(absolute);
    this.#change(() => {
      chmodSync(absolute, 0);
    });
    try {
      await asOrdinaryUser(dirname(this.root), work);
    } finally {
      this.#change(() => {
        chmodSync(absolute, mode & 0o777);
      });
    }
  }

  remove(path: string): void {
    this.#change(() => {
      rmSync(join(this.root, path), { recursive: true, force: true });
    });
  }

  rename(from: string, to: string): void {
    this.#change(() => {
      mkdirSync(dirname(join(this.root, to)), { recursive: true });
      renameSync(join(this.root, from), join(this.root, to));
    });
  }

  /** Somebody else's copy, whatever stands there. */
  place(path: string, content: string): void {
    this.bucket.place(prefix + path, content);
  }

  /** Somebody else makes the bucket anew, with nothing in it. */
  renewBucket(): void {
    this.#bucket = this.#newBucket();
  }

  removeCopy(path: string): void {
    if (this.bucket.bytes(prefix + path) !== undefined) this.bucket.remove(prefix + path);
  }

  disk(): Files {
    const names = readdirSync(this.root, { recursive: true, encoding: 'utf8' });
    const files = names.filter(name => statSync(join(this.root, name)).isFile());
    return new Map(files.sort().map(name => [name, readFileSync(join(this.root, name), 'utf8')]));
  }

  cloud(): Files {
    return new Map(
      this.bucket.keys.map(key => [
        key.slice(prefix.length),
        this.bucket.bytes(key)?.toString() ?? '',
      ]),
    );
  }

  rows(): ReadonlyMap<string, FileRow> {
    const page = { layout: 'list', offset: 0, limit: 1000 } as const;
    const rows = groups.flatMap(group => {
      const node = { folder: this.setup.id, group, path: '' as FilePath };
      return this.#engine.children({ node, ...page }).rows;
    });
    return new Map(rows.flatMap(row => (row.kind === 'file' ? [[row.path, row] as const] : [])));
  }

  /**
   * Changes the disk in a tick of its clock in which nothing else happens: the engine is told by
   * its own clock, which runs ahead, that all it reads is settled.
   */
  #change(act: () => void): void {
    this.#untilNextTick();
    try {
      act();
    } catch (error) {
      if (!isInTheWay(error)) throw error;
    }
    this.#untilNextTick();
  }

  #untilNextTick(): void {
    const probe = `${this.root}.tick`;
    writeFileSync(probe, '');
    const { ctimeNs } = statSync(probe, { bigint: true });
    while (statSync(probe, { bigint: true }).ctimeNs === ctimeNs) writeFileSync(probe, '');
  }

  #newBucket(): MemoryBucket {
    return memoryBucket({ versioning: 'enabled', now: () => this.#now() + this.#aheadMs });
  }

  #start(): Engine {
    return startEngine({
      bucket: this.#watched(),
      receipts: this.#receipts,
      unfinished: this.#unfinished,
      journal: new SqliteStagingJournal(this.#journals),
      editor: editorWithTrash(this.trash),
      onState: state => {
        this.state = state;
      },
    });
  }

  /** The bucket, with each call counted on its way in. */
  #watched(): Bucket {
    const arrive = () => {
      const due = this.#planned.filter(each => each.left-- === 0);
      for (const { happen } of due) happen();
    };
    const now = () => this.#bucket;
    return new Proxy(this.#bucket, {
      get(_, name: keyof MemoryBucket) {
        const member: unknown = Reflect.get(now(), name);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]): unknown => {
          arrive();
          return Reflect.apply(member, now(), args);
        };
      },
    });
  }
}

function isInTheWay(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code !== undefined &&
    ['EEXIST', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'ENOENT', 'EINVAL'].includes(code)
  );
}
