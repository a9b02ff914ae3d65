import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import type { Bucket } from '../../../src/engine/ports/bucket';
import { Claims } from '../../../src/engine/records/claims';
import { Database } from '../../../src/engine/records/database';
import { EngineLocks } from '../../../src/engine/records/engineLocks';
import { Receipts } from '../../../src/engine/records/receiptStore';
import { Unfinished } from '../../../src/engine/records/unfinished';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import { callsSafe, groups } from '../../../src/protocol/verdicts';
import { memoryBucket, type MemoryBucket } from '../memory/memoryBucket';
import { ProjectInMemory } from '../memory/projectInMemory';
import type { Turn } from './scheduledTime';
import { editorWithTrash } from '../engine/editorWithTrash';

/** Two windows on one folder and one bucket, whose calls wait for their turns. */
export class TwoEngines {
  readonly root: string;
  readonly bucket: MemoryBucket = memoryBucket({ versioning: 'enabled' });
  readonly windows: readonly [ProjectInMemory, ProjectInMemory];
  /** What was moved to the trash. */
  readonly trash: string[] = [];
  /** What the user has written last, by path; undefined where it was deleted. */
  readonly written = new Map<string, string | undefined>();
  /** Paths that the user has written to, and no watcher has told of. */
  readonly untold = new Set<string>();
  /** Paths at which a window has freed what stood there; the other one is told late. */
  readonly freed = new Set<string>();
  /** Paths whose copy somebody else has stored. */
  readonly foreign = new Set<string>();
  /** The ETags of all copies that ever stood, by path. */
  readonly #everThere = new Map<string, Set<string>>();
  /** What either window has told of files in groups that do not add up. */
  readonly #unbalanced: string[] = [];
  /** In seconds since 1970; long ago, so that what is read does not count as just changed. */
  #wroteAt = 1_700_000_000;
  readonly #folder: string;
  readonly turn: Turn;

  constructor(folder: string, turn: Turn) {
    this.#folder = folder;
    this.turn = turn;
    this.root = join(folder, 'w');
    mkdirSync(this.root);
    this.windows = [this.#window(), this.#window()];
  }

  write(path: string, content: string | undefined): void {
    const absolute = join(this.root, path);
    if (content === undefined) rmSync(absolute, { force: true });
    else {
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      // Two writes within one tick of the disk's clock would pass for one, or not, by chance.
      this.#wroteAt += 1;
      utimesSync(absolute, this.#wroteAt, this.#wroteAt);
    }
    this.written.set(path, content);
    this.freed.delete(path);
  }

  place(path: string, content: string): void {
    this.#noteStored();
    this.bucket.place(`w/${path}`, content);
    this.foreign.add(path);
    this.#noteStored();
  }

  disk(): ReadonlyMap<string, string> {
    const names = readdirSync(this.root, { recursive: true, encoding: 'utf8' });
    const files = names.filter(name => statSync(join(this.root, name)).isFile());
    return new Map(files.map(name => [name, readFileSync(join(this.root, name), 'utf8')]));
  }

  /** As the watchers of all windows do, late. */
  async tellAll(): Promise<void> {
    for (const { engine, setup } of this.windows) {
      const paths = [...this.disk().keys(), ...this.written.keys(), ...this.bucket.keys];
      const absolute = paths.map(path => join(this.root, path.replace(/^w\//, '')));
      await engine.filesChanged(setup.id, absolute);
    }
  }

  /** No window calls safe what the user has changed under it, when it was told. */
  checkTold(): void {
    this.#noteStored();
    const disk = this.disk();
    for (const window of this.windows) {
      for (const [path, { verdict }] of window.rows()) {
        if (verdict.kind !== 'up-to-date' || !callsSafe(verdict.proof)) continue;
        if (this.foreign.has(path) || this.untold.has(path) || this.freed.has(path)) continue;
        // What the other window has put here instead, or taken away, no watcher tells of in time.
        if (disk.get(path) !== this.written.get(path)) continue;
        const copy = this.bucket.bytes(`w/${path}`)?.toString();
        assert.equal(disk.get(path), copy, `${path} is called safe, and was told of`);
      }
    }
  }

  /** What holds when all has come to rest and every window was told. */
  async check(): Promise<void> {
    const disk = this.disk();
    for (const path of disk.keys()) assert.ok(!path.includes('.s3backup-'), `${path} is litter`);
    this.#noteStored();
    for (const [path, etags] of this.#everThere) {
      const kept = await this.#versions(path);
      for (const etag of etags) assert.ok(kept.has(etag), `a version of ${path} is gone`);
    }
    const places = [...disk.values(), ...this.trash];
    for (const [path, content] of this.written) {
      if (content === undefined || places.includes(content)) continue;
      const kept = await this.#versions(path);
      assert.ok(kept.has(hash('md5', content)), `what was written to ${path} is gone`);
    }
    assert.deepEqual(this.#unbalanced, [], 'the groups add up');
    this.#checkSafe(this.foreign);
  }

  /** What holds when all was compared anew: nothing is left that a window could not know. */
  checkCompared(): void {
    this.#checkSafe(new Set());
    const found = new Set([...this.disk().keys(), ...this.#copies().keys()]);
    for (const window of this.windows) {
      const rows = window.rows();
      for (const path of found) assert.ok(rows.has(path), `${path} has no row`);
    }
  }

  #checkSafe(unknown: ReadonlySet<string>): void {
    const disk = this.disk();
    const copies = this.#copies();
    for (const window of this.windows) {
      for (const [path, { verdict }] of window.rows()) {
        if (verdict.kind !== 'up-to-date' || !callsSafe(verdict.proof)) continue;
        if (unknown.has(path)) continue;
        assert.ok(disk.has(path), `${path} is called safe, and gone`);
        assert.equal(disk.get(path), copies.get(path), `${path} is called safe`);
      }
    }
  }

  #copies(): ReadonlyMap<string, string> {
    return new Map(
      this.bucket.keys.map(key => [
        key.slice('w/'.length),
        this.bucket.bytes(key)?.toString() ?? '',
      ]),
    );
  }

  /** These copies stand, and versions of them have to stay. */
  #noteStored(): void {
    for (const [path, content] of this.#copies()) {
      const etags = this.#everThere.get(path) ?? new Set();
      // The bucket in memory gives no ETag but the MD5.
      this.#everThere.set(path, etags.add(hash('md5', content)));
    }
  }

  /** The ETags of all versions that the bucket has of a path. */
  async #versions(path: string): Promise<ReadonlySet<string>> {
    const etags = new Set<string>();
    const { signal } = new AbortController();
    for await (const page of this.bucket.listVersions({ key: `w/${path}`, signal })) {
      for (const { kind, etag } of page) if (kind === 'version') etags.add(etag);
    }
    return etags;
  }

  close(): void {
    for (const { engine } of this.windows) engine.dispose();
  }

  #window(): ProjectInMemory {
    const database = Database.open({
      file: join(this.#folder, 'receipts.sqlite'),
      onBroken: () => assert.fail('The file is whole.'),
      // What arrives after an engine's end is not written.
      onError: () => undefined,
    });
    const locks = new EngineLocks(join(this.#folder, 'locks'), why => assert.fail(String(why)));
    return new ProjectInMemory({
      root: this.root,
      bucket: this.#inTurn(),
      receipts: new Receipts(database),
      unfinished: new Unfinished(database, new Claims(database, locks)),
      journal: new SqliteStagingJournal(join(this.#folder, 'staging-journals')),
      editor: editorWithTrash(this.trash),
      onState: ({ comparisons }) => {
        for (const { groups: totals, found } of comparisons) {
          const sum = groups.reduce((files, group) => files + totals[group].files, 0);
          if (sum !== found) this.#unbalanced.push(`${String(sum)} of ${String(found)}`);
        }
      },
    });
  }

  /** The bucket, each of whose calls and pages waits for its turn. */
  #inTurn(): MemoryBucket {
    const { turn } = this;
    return new Proxy(this.bucket, {
      get(bucket, name: keyof Bucket) {
        const member: unknown = Reflect.get(bucket, name);
        if (typeof member !== 'function') return member;
        if (name === 'list' || name === 'listVersions' || name === 'listParts') {
          return async function* (...args: readonly unknown[]) {
            await turn(name);
            yield* Reflect.apply(member, bucket, args) as AsyncIterable<unknown>;
          };
        }
        return async (...args: readonly unknown[]): Promise<unknown> => {
          await turn(name);
          return Reflect.apply(member, bucket, args);
        };
      },
    });
  }
}
