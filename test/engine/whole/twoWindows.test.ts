import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import type { Engine } from '../../../src/engine/session/engine';
import { Claims } from '../../../src/engine/records/claims';
import { Database } from '../../../src/engine/records/database';
import { EngineLocks } from '../../../src/engine/records/engineLocks';
import { Receipts } from '../../../src/engine/records/receiptStore';
import { Unfinished } from '../../../src/engine/records/unfinished';
import type { FilePath } from '../../../src/protocol/folders';
import type { Scope } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import type { State } from '../../../src/protocol/state';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../../support/disk/localTree';
import { MovableClock } from '../../support/suite/movableClock';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { eventually } from '../../support/suite/eventually';
import { assertProperty } from '../../support/suite/assertProperty';

const part = 8 << 20;
const owner = { folderId: 'w', store: 'memory', bucket: 'memory', prefix: 'w/' };

describe('Two windows on one folder', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let root: string;
  let clock: MovableClock;
  let bucket: MemoryBucket;
  const engines: Engine[] = [];

  beforeEach(async () => {
    clock = new MovableClock();
    folder = await temporaryFolder('windows');
    root = join(folder.path, 'w');
    bucket = memoryBucket();
  });
  afterEach(async () => {
    clock.restore();
    for (const engine of engines.splice(0)) engine.dispose();
    await folder.remove();
  });

  interface Window extends ProjectInMemory {
    left(): number | undefined;
  }

  /** An engine that shares the folder and the records with those of the other windows. */
  function window(): Window {
    const database = Database.open({
      file: join(folder.path, 'receipts.sqlite'),
      onBroken: () => assert.fail('The file is whole.'),
      // What arrives after an engine's end is not written.
      onError: () => undefined,
    });
    const locks = new EngineLocks(join(folder.path, 'locks'), why => assert.fail(String(why)));
    let state: State | undefined;
    const project = new ProjectInMemory({
      root,
      bucket,
      receipts: new Receipts(database),
      unfinished: new Unfinished(database, new Claims(database, locks)),
      onState: now => (state = now),
    });
    engines.push(project.engine);
    const left = () => state?.unfinished.find(({ folder: id }) => id === project.setup.id)?.files;
    return Object.assign(project, { left });
  }

  function close({ engine }: Window): void {
    engines.splice(engines.indexOf(engine), 1);
    engine.dispose();
  }

  function calls(operation: string): number {
    return bucket.calls.filter(call => call.operation === operation).length;
  }

  async function assertGreen(...windows: readonly Window[]): Promise<void> {
    for (const each of windows) {
      await each.compare();
      for (const [path, { verdict }] of each.rows()) {
        // What was kept beside a restored file is left out by a rule.
        if (verdict.kind === 'ignored') continue;
        assert.equal(verdict.kind, 'up-to-date', path);
        const bytes = readFileSync(join(root, path));
        assert.ok(bucket.bytes(`w/${path}`)?.equals(bytes), path);
      }
    }
  }

  const all: Scope = { kind: 'all' };

  it('offers what a batch has left where nobody is at work with it, and not before', async () => {
    await writeTree(root, { a: 'a', b: 'b', c: 'c' });
    const [one, other] = [window(), window()];
    await one.compare();
    const hold = bucket.holdNext('put', { key: 'w/a' });
    const running = one.backUp(all);
    await hold.reached;
    await other.compare();
    assert.equal(other.left(), 0);
    assert.equal((await other.plan({ kind: 'unfinished' })).files, 0);
    other.engine.dropUnfinished([other.setup]);

    // The other one's end is no crash of the first.
    close(other);
    close(one);
    const { cancelled } = await running;
    assert.ok(cancelled > 0);
    const next = window();
    await next.compare();
    assert.ok((next.left() ?? 0) >= cancelled);
    await next.backUp({ kind: 'unfinished' });
    assert.equal(next.left(), 0);
    await assertGreen(next);
  });

  it('offers in a window that is open what another one was sending when it crashed', async () => {
    await writeTree(root, { a: 'a', b: 'b' });
    const [one, other] = [window(), window()];
    await one.compare();
    const hold = bucket.holdNext('put', { key: 'w/a' });
    const running = one.backUp(all);
    await hold.reached;
    await other.compare();
    await other.engine.recheck();
    assert.equal(other.left(), 0);
    close(one);
    const { cancelled } = await running;
    await other.engine.recheck();
    await eventually(() => {
      assert.ok((other.left() ?? 0) >= cancelled && cancelled > 0);
    });
  });

  it('offers what the other one has given up, while that lives', async () => {
    await writeTree(root, { a: 'a', b: 'b' });
    const [one, other] = [window(), window()];
    await one.compare();
    const hold = bucket.holdNext('put', { key: 'w/a' });
    const cancelling = new AbortController();
    const { planId } = await one.plan(all);
    const running = one.engine.run(planId, cancelling.signal);
    await hold.reached;
    cancelling.abort();
    const { cancelled } = await running;
    await other.compare();
    assert.equal(other.left(), cancelled);
    await other.backUp({ kind: 'unfinished' });
    await assertGreen(one, other);
    assert.equal(one.left(), 0);
  });

  it('stores each file once or twice, and reports no change of somebody else', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `f${String(n)}`);
    await writeTree(root, Object.fromEntries(names.map(name => [name, name])));
    const [one, other] = [window(), window()];
    await Promise.all([one.compare(), other.compare()]);
    const reports = await Promise.all([one.backUp(all), other.backUp(all)]);
    for (const { planned, done } of reports) assert.deepEqual([planned, done], [40, 40]);
    assert.ok(calls('put') <= 80);
    await assertGreen(one, other);
  });

  it('sends a file once that rests', async () => {
    await writeTree(root, { a: 'a' });
    clock.passRacyWindow();
    const [one, other] = [window(), window()];
    await Promise.all([one.compare(), other.compare()]);
    assert.equal((await one.backUp(all)).done, 1);
    assert.equal((await other.backUp(all)).done, 1);
    assert.equal(calls('put'), 1);
  });

  it('replaces what the other one has stored, where the file has changed since', async () => {
    await writeTree(root, { new: 'first', old: 'first' });
    const [one, other] = [window(), window()];
    await one.compare();
    await one.backUp({ kind: 'resources', paths: [join(root, 'old')] });
    await writeTree(root, { old: 'second' });
    await other.compare();
    const plan = await other.plan(all);
    assert.equal(plan.files, 2);
    await one.compare();
    await one.backUp(all);
    await writeTree(root, { new: 'second', old: 'third' });
    const report = await other.engine.run(plan.planId, new AbortController().signal);
    assert.deepEqual([report.done, report.skipped], [2, 0]);
    await assertGreen(one, other);
  });

  it('empties no copy that the other one has stored', async () => {
    await writeTree(root, { a: 'a' });
    const [one, other] = [window(), window()];
    await other.compare();
    const plan = await other.plan(all);
    await one.compare();
    await one.backUp(all);
    writeFileSync(join(root, 'a'), '');
    const report = await other.engine.run(plan.planId, new AbortController().signal);
    assert.equal(report.skipped, 1);
    assert.equal(bucket.bytes('w/a')?.toString(), 'a');
  });

  it('replaces no copy of a file that the other one has freed', async () => {
    await writeTree(root, { a: 'a' });
    const [one, other] = [window(), window()];
    await other.compare();
    const plan = await other.plan(all);
    await one.compare();
    await one.backUp(all);
    rmSync(join(root, 'a'));
    new Receipts(reopened()).of(owner).noteFreed('a' as FilePath, Date.now());
    writeFileSync(join(root, 'a'), 'unrelated');
    const report = await other.engine.run(plan.planId, new AbortController().signal);
    assert.deepEqual([report.done, report.skipped], [0, 1]);
    assert.equal(bucket.bytes('w/a')?.toString(), 'a');
  });

  function reopened(): Database {
    const fail = () => assert.fail('The file is whole.');
    const file = join(folder.path, 'receipts.sqlite');
    return Database.open({ file, onBroken: fail, onError: fail });
  }

  it('sends a change of somebody else to neither', async () => {
    await writeTree(root, { a: 'mine' });
    const [one, other] = [window(), window()];
    await Promise.all([one.compare(), other.compare()]);
    const plan = await other.plan(all);
    await one.backUp(all);
    bucket.place('w/a', 'theirs');
    await writeTree(root, { a: 'mine again' });
    const report = await other.engine.run(plan.planId, new AbortController().signal);
    assert.equal(report.skipped, 1);
    assert.equal(bucket.bytes('w/a')?.toString(), 'theirs');
  });

  it('sends a large file once, and none joins the upload of the other one', async () => {
    await writeTree(root, { big: Buffer.alloc(2 * part + 1, 'x') });
    clock.passRacyWindow();
    const [one, other] = [window(), window()];
    await Promise.all([one.compare(), other.compare()]);
    const hold = bucket.holdNext('putPart');
    const first = one.backUp(all);
    await hold.reached;
    const second = other.backUp(all);
    hold.release();
    assert.deepEqual([(await first).done, (await second).done], [1, 1]);
    assert.deepEqual([calls('startMultipart'), calls('putPart')], [1, 3]);
    assert.deepEqual(bucket.openUploads, []);
    await assertGreen(one, other);
  });

  it('loses nothing, and ends green in both, whatever they do at the same time', async () => {
    const file = fc.constantFrom('a', 'b', 'd/c');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('edit' as const), file, content: fc.string() }),
      fc.record({ kind: fc.constantFrom('back-up' as const, 'restore' as const), who: fc.nat(1) }),
      fc.record({ kind: fc.constant('compare' as const), who: fc.nat(1) }),
    );
    const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 5 });
    let run = 0;
    await assertProperty(
      fc.asyncProperty(rounds, async plan => {
        root = join(folder.path, `w${String(run++)}`);
        bucket = memoryBucket();
        rmSync(join(folder.path, 'receipts.sqlite'), { force: true });
        await writeTree(root, { a: 'a', b: 'b', 'd/c': 'c' });
        const windows = [window(), window()] as const;
        await Promise.all(windows.map(each => each.compare()));
        for (const round of plan) {
          const reports = await Promise.all(
            round.map(async (each): Promise<Report | undefined> => {
              if (each.kind === 'edit') {
                await writeTree(root, { [each.file]: each.content });
                return undefined;
              }
              const of = windows[each.who === 0 ? 0 : 1];
              if (each.kind === 'compare') {
                await of.compare();
                return undefined;
              }
              return each.kind === 'back-up'
                ? of.backUp(all)
                : of.restore({ kind: 'all' }, 'replace');
            }),
          );
          for (const report of reports) {
            if (report === undefined) continue;
            const { planned, done, failed, skipped, cancelled, reasons } = report;
            if (report.work === 'back-up') assert.equal(reasons['changed-in-cloud'], undefined);
            assert.equal(done + failed + skipped + cancelled, planned);
          }
        }
        for (const each of windows) {
          await each.compare();
          await each.backUp(all);
        }
        await assertGreen(...windows);
        for (const each of windows) close(each);
      }),
      { numRuns: 60 },
    );
  });
});
