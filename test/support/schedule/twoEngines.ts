import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Bucket } from '../../../src/engine/ports/bucket';
import { Claims } from '../../../src/engine/records/claims';
import { Database } from '../../../src/engine/records/database';
import { EngineLocks } from '../../../src/engine/records/engineLocks';
import { Receipts } from '../../../src/engine/records/receiptStore';
import { Unfinished } from '../../../src/engine/records/unfinished';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import { callsSafe } from '../../../src/protocol/verdicts';
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
    }
    this.written.set(path, content);
    this.freed.delete(path);
  }

  place(path: string, content: string): void {
    this.bucket.place(`w/${path}`, content);
    this.foreign.add(path);
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
  check(): void {
    const disk = this.disk();
    for (const path of disk.keys()) assert.ok(!path.includes('.s3backup-'), `${path} is litter`);
    for (const [path, content] of this.written) {
      if (content === undefined) continue;
      const places = [...disk.values(), ...this.trash];
      const copy = this.bucket.bytes(`w/${path}`)?.toString();
      assert.ok(
        places.includes(content) || copy === content || this.foreign.has(path),
        `what was written to ${path} is gone`,
      );
    }
    for (const window of this.windows) {
      for (const [path, { verdict }] of window.rows()) {
        if (verdict.kind !== 'up-to-date' || !callsSafe(verdict.proof)) continue;
        if (this.foreign.has(path)) continue;
        const copy = this.bucket.bytes(`w/${path}`)?.toString();
        assert.equal(disk.get(path), copy, `${path} is called safe`);
      }
    }
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
