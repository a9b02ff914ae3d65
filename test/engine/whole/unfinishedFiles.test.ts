import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';

import type { Engine } from '../../../src/engine/session/engine';
import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import { Unfinished } from '../../../src/engine/records/unfinished';
import { unfinishedInMemory } from '../../support/memory/recordsInMemory';
import { Failure } from '../../../src/engine/failures/failure';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { Scope } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import type { State } from '../../../src/protocol/state';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';
import { startEngine } from '../../support/engine/startEngine';
import { aFolder } from '../../support/engine/aFolder';

const owner = { folderId: 'f', store: 'memory', bucket: 'memory', prefix: 'w/' };
const never = new AbortController().signal;

describe('What a batch that was cut off has left', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let setup: FolderSetup;
  const opened: Database[] = [];
  const lockers: DatabaseSync[] = [];
  const engines: Engine[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder('remaining');
    root = join(folder.path, 'w');
    bucket = memoryBucket();
    setup = aFolder({
      root,
    });
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) engine.dispose();
    for (const locker of lockers.splice(0)) locker.close();
    for (const database of opened.splice(0)) database.close();
    await folder.remove();
  });

  function database(): Database {
    return Database.open({
      file: join(folder.path, 'receipts.sqlite'),
      onBroken: () => assert.fail('The file is whole.'),
      // What arrives after an engine's end is not written, and judged anew by the next one.
      onError: () => undefined,
    });
  }

  function unfinished(): Unfinished {
    const file = database();
    opened.push(file);
    return new Unfinished(file);
  }

  function unfinishedLocked(): Unfinished {
    const kept = unfinished();
    kept.of(owner).files.clear();
    const locker = new DatabaseSync(join(folder.path, 'receipts.sqlite'));
    lockers.push(locker);
    locker.exec('BEGIN EXCLUSIVE');
    return kept;
  }

  /** An engine as one window after another has it. */
  function window(): { readonly engine: Engine; readonly state: () => State } {
    const file = database();
    let state: State | undefined;
    const engine = startEngine({
      receipts: new Receipts(file),
      unfinished: new Unfinished(file),
      bucket,
      onState: now => (state = now),
    });
    engines.push(engine);
    return { engine, state: () => state ?? assert.fail('No state has been told.') };
  }

  function close(engine: Engine): void {
    engines.splice(engines.indexOf(engine), 1);
    engine.dispose();
  }

  async function run(
    engine: Engine,
    kind: 'all' | 'unfinished',
    signal: AbortSignal = never,
  ): Promise<Report> {
    const plan = await engine.planBackUp({ folders: [{ setup, scope: { kind } }] }, never);
    return engine.run(plan.planId, signal);
  }

  async function writeFiles(count: number): Promise<void> {
    const files = Array.from({ length: count }, (_, n) => [`f${String(n).padStart(2, '0')}`, 'x']);
    await writeTree(root, Object.fromEntries(files) as Record<string, string>);
  }

  /** Runs a batch of these files that ends when this one begins. */
  async function cutOff(engine: Engine, files: number): Promise<Report> {
    await writeFiles(files);
    await engine.compare([setup], never);
    const hold = bucket.holdNext('put', { key: 'w/f30' });
    const cancelled = new AbortController();
    const running = run(engine, 'all', cancelled.signal);
    await hold.reached;
    cancelled.abort();
    return running;
  }

  function left({ unfinished: remaining }: State): number | undefined {
    return remaining.find(({ folder: id }) => id === setup.id)?.files;
  }

  for (const [where, make] of [
    ['in memory', () => unfinishedInMemory()],
    ['in the database', () => unfinished()],
    ['in a database that somebody has locked', () => unfinishedLocked()],
  ] as const) {
    it(`is what was added and not removed since, ${where}`, () => {
      const path = fc.constantFrom('a', 'b/c', 'é', "it's", '').map(text => text as FilePath);
      const change = fc.oneof(
        fc.record({ kind: fc.constant('add' as const), paths: fc.array(path) }),
        fc.record({ kind: fc.constant('remove' as const), path }),
        fc.record({ kind: fc.constant('clear' as const) }),
      );
      const kept = make();
      assertProperty(
        fc.property(fc.array(change), changes => {
          const { files } = kept.of(owner);
          files.clear();
          const model = new Set<FilePath>();
          for (const step of changes) {
            if (step.kind === 'add') {
              files.add(step.paths);
              for (const added of step.paths) model.add(added);
            } else if (step.kind === 'remove') {
              files.remove([step.path]);
              model.delete(step.path);
            } else {
              files.clear();
              model.clear();
            }
          }
          assert.deepEqual([...kept.of(owner).files.paths()].sort(), [...model].sort());
          assert.equal(files.count, model.size);
        }),
      );
    });
  }

  for (const [where, make] of [
    ['in memory', () => unfinishedInMemory()],
    ['in the database', () => unfinished()],
  ] as const) {
    it(`belongs to one place, and goes with the folder’s moving to another, ${where}`, () => {
      const kept = make();
      const elsewhere = { ...owner, prefix: 'other/' };
      const other = { ...owner, folderId: 'g' };
      for (const each of [owner, elsewhere, other]) {
        kept.of(each).files.add(['a' as FilePath]);
      }
      kept.forgetElsewhere(owner);
      const counts = [owner, elsewhere, other].map(each => kept.of(each).files.count);
      assert.deepEqual(counts, [1, 0, 1]);
    });
  }

  it('is nothing while all arrives', async () => {
    await writeFiles(3);
    const { engine, state } = window();
    await engine.compare([setup], never);
    await run(engine, 'all');
    assert.equal(left(state()), 0);
  });

  it('is told in the next window, judged anew, sent, and then forgotten', async () => {
    const first = window();
    const cut = await cutOff(first.engine, 60);
    assert.ok(cut.cancelled > 0 && cut.done > 0);
    assert.equal(left(first.state()), cut.cancelled);
    close(first.engine);

    // Meanwhile one has arrived otherwise, one is gone, one is new and was never asked for.
    bucket.place('w/f59', 'theirs', { modifiedAtMs: Date.now() + 60_000 });
    rmSync(join(root, 'f58'));
    await writeTree(root, { new: 'new' });
    const second = window();
    await second.engine.compare([setup], never);
    assert.equal(left(second.state()), cut.cancelled - 2);
    const report = await run(second.engine, 'unfinished');
    assert.deepEqual([report.planned, report.done], [cut.cancelled - 2, cut.cancelled - 2]);
    assert.equal(left(second.state()), 0);
    assert.equal(bucket.bytes('w/f59')?.toString(), 'theirs');
    assert.ok(!bucket.keys.includes('w/new'));
  });

  it('is also what the end of the engine has kept from arriving', async () => {
    await writeFiles(60);
    const first = window();
    await first.engine.compare([setup], never);
    const hold = bucket.holdNext('put', { key: 'w/f30' });
    const running = run(first.engine, 'all');
    await hold.reached;
    close(first.engine);
    const { cancelled } = await running;
    const second = window();
    await second.engine.compare([setup], never);
    assert.ok(cancelled > 0 && (left(second.state()) ?? 0) >= cancelled);
    await run(second.engine, 'unfinished');
    assert.equal(bucket.keys.length, 60);
  });

  const codes: readonly (readonly [FailureCode, number])[] = [
    ['unreachable', 1],
    ['credentials-expired', 1],
    ['sign-in-needed', 1],
    ['access-denied', 0],
    ['changed-in-cloud', 0],
    ['file-vanished', 0],
  ];
  for (const [code, files] of codes) {
    it(`${files === 0 ? 'is not' : 'is'} a file that failed with ${code}`, async () => {
      await writeFiles(2);
      const { engine, state } = window();
      await engine.compare([setup], never);
      bucket.failNext('put', new Failure(code, 'x'), { key: 'w/f01' });
      const report = await run(engine, 'all');
      assert.equal(report.done, 1);
      assert.equal(left(state()), files);
    });
  }

  it('is asked for no longer where a look at one file has found it in its place', async () => {
    const { engine } = window();
    const { cancelled } = await cutOff(engine, 60);
    bucket.place('w/f59', 'x');
    const plan = (scope: Scope) => engine.planBackUp({ folders: [{ setup, scope }] }, never);
    await plan({ kind: 'resources', paths: [join(root, 'f59')] });
    const { files, excluded } = await plan({ kind: 'unfinished' });
    assert.deepEqual([files, excluded], [cancelled - 1, {}]);
  });

  it('is nothing any more once it has arrived by another batch', async () => {
    const { engine, state } = window();
    await cutOff(engine, 60);
    await run(engine, 'all');
    assert.equal(left(state()), 0);
  });

  it('is forgotten where the user wants none of it', async () => {
    const { engine, state } = window();
    await cutOff(engine, 60);
    engine.dropUnfinished([setup]);
    assert.equal(left(state()), 0);
    const plan = await engine.planBackUp(
      { folders: [{ setup, scope: { kind: 'unfinished' } }] },
      never,
    );
    assert.equal(plan.files, 0);
  });

  it('is forgotten where the folder is backed up elsewhere', async () => {
    const { engine, state } = window();
    const cut = await cutOff(engine, 60);
    assert.equal(left(state()), cut.cancelled);
    await engine.compare([{ ...setup, prefix: 'other/' }], never);
    assert.equal(left(state()), 0);
    await engine.compare([setup], never);
    assert.equal(left(state()), 0);
  });
});
