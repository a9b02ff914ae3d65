import assert from 'node:assert/strict';
import {
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { ChangesMeanwhile } from '../../../src/engine/comparison/changesMeanwhile';
import type { ComparedFolder, FolderChanges } from '../../../src/engine/comparison/folderChanges';
import { Looks } from '../../../src/engine/comparison/looks';
import { QuietTime } from '../../../src/engine/concurrency/quietTime';
import { rootPath } from '../../../src/protocol/folders';
import type { Scope } from '../../../src/protocol/plans';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../../support/disk/localTree';
import { eventually } from '../../support/suite/eventually';
import { VirtualClock } from '../../support/suite/virtualClock';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';

const storedAt = 1_700_000_000_000;
const before = storedAt - 60_000;

/** Looks at everything again, since no event tells of what is not watched. */
describe('A look', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  beforeEach(async () => {
    folder = await temporaryFolder('looks');
    root = join(folder.path, 'w');
    mkdirSync(root);
    bucket = memoryBucket();
    project = new ProjectInMemory({ root, bucket, settings: { exclude: ['*.o'] } });
  });
  afterEach(async () => {
    project.engine.dispose();
    await folder.remove();
  });

  function place(...paths: readonly string[]): void {
    for (const path of paths) bucket.place(`w/${path}`, 'x', { modifiedAtMs: storedAt });
  }

  function rows(): Record<string, string> {
    const kinds = [...project.rows()].map(([path, { verdict }]) => [path, verdict.kind]);
    return Object.fromEntries(kinds) as Record<string, string>;
  }

  it('lets the event of a file go first, however many files it has to look at', async () => {
    writeFileSync(join(root, '0'), 'x');
    utimesSync(join(root, '0'), before / 1000, before / 1000);
    for (let n = 1; n < 5_000; n++) linkSync(join(root, '0'), join(root, String(n)));
    place(...Array.from({ length: 5_000 }, (_, n) => String(n)));
    await project.compare();
    const order: string[] = [];
    const look = project.engine.recheck().then(() => order.push('look'));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    unlinkSync(join(root, '7'));
    writeFileSync(join(root, '7'), 'edited');
    await project.engine.filesChanged(project.setup.id, [join(root, '7')]);
    order.push('event');
    assert.equal(project.row('7').verdict.kind, 'out-of-date');
    await look;
    assert.deepEqual(order, ['event', 'look']);
  });

  it('finds what was changed, created and deleted, in folders that were not there before, too', async () => {
    await writeTree(root, { 'out/a': 'x', 'out/gone': 'x', 'out/same': 'x', new: 'x' }, before);
    place('out/a', 'out/gone', 'out/same');
    await project.compare();
    await writeTree(root, { 'out/a': 'y', 'out/deep/b': 'x', 'out/b.o': 'x' });
    rmSync(join(root, 'out/gone'));
    rmSync(join(root, 'new'));
    await project.engine.recheck();
    assert.deepEqual(rows(), {
      'out/a': 'out-of-date',
      'out/gone': 'only-in-cloud',
      'out/same': 'up-to-date',
      'out/deep/b': 'missing-in-cloud',
      'out/b.o': 'ignored',
    });
  });

  it('finds ignore files that were created or deleted', async () => {
    await writeTree(root, { 'd/.s3backupignore': '*.tmp', 'd/a.tmp': 'x', 'e/b.tmp': 'x' }, before);
    await project.compare();
    rmSync(join(root, 'd/.s3backupignore'));
    await writeTree(root, { 'e/.s3backupignore': '*.tmp' });
    await project.engine.recheck();
    // What was ignored is compared anew, and a plan waits for that.
    await project.plan({ kind: 'all' });
    assert.deepEqual(rows(), {
      'd/a.tmp': 'missing-in-cloud',
      'e/.s3backupignore': 'missing-in-cloud',
      'e/b.tmp': 'ignored',
    });
  });

  it('calls nothing missing in a folder that took the place of a link', async function () {
    if (process.platform === 'win32') this.skip();
    symlinkSync('nowhere', join(root, 'l'));
    place('l/same');
    await project.compare();
    unlinkSync(join(root, 'l'));
    await writeTree(root, { 'l/same': 'x', 'l/new': 'x' }, before);
    const held = bucket.holdNext('list');
    await project.engine.recheck();
    await held.reached;
    assert.deepEqual(rows(), { l: 'ignored' });
    held.release();
    await project.plan({ kind: 'all' });
    assert.deepEqual(rows(), { 'l/same': 'up-to-date', 'l/new': 'missing-in-cloud' });
  });

  it('is not undone by a comparison that has looked before it', async () => {
    await writeTree(root, { old: 'x', gone: 'x' }, before);
    await project.compare();
    const held = bucket.holdNext('list');
    const comparing = project.compare();
    await held.reached;
    writeFileSync(join(root, 'new'), 'x');
    rmSync(join(root, 'gone'));
    await project.engine.recheck();
    held.release();
    await comparing;
    assert.deepEqual(rows(), { old: 'missing-in-cloud', new: 'missing-in-cloud' });
  });

  it('is not undone by a comparison of what is ignored no longer', async () => {
    await writeTree(root, { '.s3backupignore': '*.tmp', 'a.tmp': 'x' }, before);
    await project.compare();
    const held = bucket.holdNext('list');
    rmSync(join(root, '.s3backupignore'));
    await project.engine.filesChanged(project.setup.id, [join(root, '.s3backupignore')]);
    await held.reached;
    writeFileSync(join(root, 'new'), 'x');
    await project.engine.recheck();
    held.release();
    // A plan of nothing waits for what is compared in the background, and looks at nothing.
    await project.plan({ kind: 'picks', picks: [] });
    assert.deepEqual(rows(), { 'a.tmp': 'missing-in-cloud', new: 'missing-in-cloud' });
  });

  it('goes on at a comparison that has replaced the one that it began at', async () => {
    const { signal } = new AbortController();
    const folders = new Map([['w', {} as ComparedFolder]]);
    const looked: unknown[] = [];
    const changes: Pick<FolderChanges, 'look'> = {
      async *look(compared) {
        await nextTurn();
        looked.push(compared);
        if (looked.length === 1) folders.set('w', {} as ComparedFolder);
        yield { ms: 0, isSlow: false };
      },
    };
    const options = {
      signal,
      quiet: new QuietTime(signal),
      onLooking: () => undefined,
      onLog: () => undefined,
    };
    const looks = new Looks(options, folders, changes, new ChangesMeanwhile());
    const [first] = [...folders.values()];
    await looks.now('w', [rootPath], signal);
    assert.deepEqual(looked, [first, folders.get('w')]);
    assert.notEqual(looked[0], looked[1]);
  });

  describe('comes once more, since what is made and deleted at once makes no event,', () => {
    let clock: VirtualClock;
    beforeEach(async () => {
      project.engine.dispose();
      clock = new VirtualClock();
      project = new ProjectInMemory({ root, bucket, clock });
      await writeTree(root, { 'd/a.txt': 'x' });
    });

    async function assertForgotten(): Promise<void> {
      assert.deepEqual(rows(), {
        'd/.s3backupignore': 'missing-in-cloud',
        'd/a.txt': 'ignored',
        'd/passing': 'missing-in-cloud',
      });
      rmSync(join(root, 'd/.s3backupignore'));
      rmSync(join(root, 'd/passing'));
      await clock.runUntil(clock.now() + 5_000);
      await eventually(() => {
        assert.deepEqual(rows(), { 'd/a.txt': 'missing-in-cloud' });
      });
      const end = clock.now() + 60_000;
      await clock.runUntil(1_000_000);
      assert.ok(clock.now() < end, 'nothing is left to do');
    }

    const make = () => writeTree(root, { 'd/.s3backupignore': '*.txt', 'd/passing': 'x' });
    const told = () => project.engine.filesChanged(project.setup.id, [join(root, 'd')]);

    it('after an event', async () => {
      await project.compare();
      await make();
      // Of the folder alone, as when it was created a moment before.
      await told();
      await assertForgotten();
    });

    it('after a comparison', async () => {
      await make();
      await project.compare();
      await assertForgotten();
    });

    it('after a look', async () => {
      await project.compare();
      await clock.runUntil(10_000);
      await make();
      const look = project.engine.recheck();
      // No longer than until the look is over.
      await clock.runUntil(clock.now() + 500);
      await look;
      await assertForgotten();
    });

    it('after a look that somebody waited for', async () => {
      await project.compare();
      await make();
      await project.plan({ kind: 'all' });
      await assertForgotten();
    });
  });

  it('leaves nothing green where the folder cannot be walked', async () => {
    await writeTree(root, { a: 'x', 'd/b': 'x' }, before);
    place('a', 'd/b');
    await project.compare();
    rmSync(root, { recursive: true });
    writeFileSync(root, 'no folder any more');
    await project.engine.recheck();
    for (const kind of Object.values(rows())) assert.notEqual(kind, 'up-to-date');
  });

  describe('comes before', () => {
    const signal = new AbortController().signal;

    /** Files that are safe, and what a program made of them that no event told of. */
    async function made(): Promise<void> {
      await writeTree(root, { 'out/a': 'x', 'out/same': 'x', 'out/gone': 'x', b: 'x' }, before);
      await project.compare();
      await project.backUp({ kind: 'all' });
      await project.compare();
      await writeTree(root, { 'out/a': 'longer', 'out/deep/new': 'n', new: 'n' });
      rmSync(join(root, 'out/gone'));
    }

    async function sent(scope: Scope): Promise<readonly string[]> {
      const puts = () => bucket.calls.filter(({ operation }) => operation === 'put');
      const earlier = puts().length;
      await project.backUp(scope);
      return puts()
        .slice(earlier)
        .map(({ key }) => key)
        .sort();
    }

    it('all is backed up', async () => {
      await made();
      assert.deepEqual(await sent({ kind: 'all' }), ['w/new', 'w/out/a', 'w/out/deep/new']);
    });

    it('a group or a folder is backed up', async () => {
      await made();
      const nodes = [project.node('out-of-date'), project.node('missing-in-cloud', 'out')];
      assert.deepEqual(await sent({ kind: 'nodes', nodes }), ['w/out/a', 'w/out/deep/new']);
    });

    it('and is only at what a command is for', async () => {
      await made();
      const nodes = [project.node('missing-in-cloud', 'out')];
      assert.deepEqual(await sent({ kind: 'nodes', nodes }), ['w/out/deep/new']);
      assert.equal(project.rows().get('new'), undefined);
      assert.equal(project.row('out/a').verdict.kind, 'out-of-date');
    });

    it('a file is backed up, whose row stood elsewhere', async () => {
      await made();
      const nodes = [project.node('up-to-date', 'out/a'), project.node('up-to-date', 'out/same')];
      assert.deepEqual(await sent({ kind: 'nodes', nodes }), ['w/out/a']);
    });

    it('somebody chooses what to back up', async () => {
      await made();
      const rows = await project.engine.differences(project.setup, signal);
      assert.deepEqual(
        rows.map(({ path }) => path),
        ['new', 'out/a', 'out/deep/new'],
      );
    });

    for (const scope of ['all', 'folder'] as const) {
      it(`space is freed: ${scope}`, async () => {
        await made();
        const chosen =
          scope === 'all'
            ? ({ kind: 'all' } as const)
            : ({ kind: 'nodes', nodes: [project.node('up-to-date', 'out')] } as const);
        const folders = [{ setup: project.setup, scope: chosen }];
        const plan = await project.engine.planFreeUp({ folders }, signal);
        assert.equal(plan.files, scope === 'all' ? 2 : 1);
        if (scope === 'all') return;
        assert.deepEqual(
          plan.kept.map(({ because, examples }) => [because, ...examples]),
          [
            ['out-of-date', 'out/a'],
            ['missing-in-cloud', 'out/deep/new'],
          ],
        );
      });
    }

    it('nothing else, where it is cancelled', async () => {
      await made();
      const cancel = new AbortController();
      const folders = [{ setup: project.setup, scope: { kind: 'all' } as const }];
      const planning = project.engine.planBackUp({ folders }, cancel.signal);
      setImmediate(() => {
        cancel.abort();
      });
      await assert.rejects(planning, { code: 'cancelled' });
    });
  });
});
