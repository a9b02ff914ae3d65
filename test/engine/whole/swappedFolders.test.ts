import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { recoverStagedFiles } from '../../../src/engine/staging/recoverStagedFiles';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import { hookDisk } from '../../support/disk/diskHooks';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { assertProperty } from '../../support/suite/assertProperty';

const all = { kind: 'all' } as const;
const signal = new AbortController().signal;
const names = ['a', 'b', 'c'];
const theirs = Object.fromEntries(names.map(name => [name, `theirs ${name}`]));

/** Somebody swaps a folder with a link that leads out of the workspace, again and again. */
describe('A folder that is swapped with a link', function () {
  this.timeout(120_000);
  let temporary: TemporaryFolder;
  const at = (name: string) => join(temporary.path, name);

  beforeEach(async function () {
    if (process.platform !== 'linux') {
      this.test!.title += ' (elsewhere, a folder can only be looked at just before)';
      this.skip();
    }
    temporary = await temporaryFolder('swapped');
  });
  afterEach(() => temporary.remove());

  function contents(folder: string): Record<string, string> {
    return Object.fromEntries(
      readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  }

  /** Swaps the folder, or puts it back, where the next of the turns says so. */
  function swapping(turns: readonly boolean[]): { readonly end: () => void } {
    let next = 0;
    let isSwapped = false;
    const swap = () => {
      if (isSwapped) {
        rmSync(at('w/d'));
        renameSync(at('parked'), at('w/d'));
      } else {
        renameSync(at('w/d'), at('parked'));
        symlinkSync(at('outside'), at('w/d'));
      }
      isSwapped = !isSwapped;
    };
    const hooks = hookDisk(() => {
      if (turns[next++ % turns.length] === true) swap();
    });
    return {
      end() {
        hooks.restore();
        if (isSwapped) swap();
      },
    };
  }

  async function prepare(): Promise<ProjectInMemory> {
    for (const name of ['w', 'outside', 'journals']) {
      rmSync(at(name), { recursive: true, force: true });
    }
    mkdirSync(at('w'));
    await writeTree(at('outside'), theirs);
    const mine = Object.fromEntries(names.map(name => [`d/${name}`, `mine ${name}`]));
    await writeTree(at('w'), mine, 1_600_000_000_000);
    const bucket = memoryBucket();
    const journal = new SqliteStagingJournal(at('journals'));
    const project = new ProjectInMemory({ root: at('w'), bucket, journal });
    await project.compare();
    await project.backUp(all);
    return project;
  }

  /** Everything outside is as it was, and nothing of ours is left anywhere. */
  async function requireUntouched(project: ProjectInMemory): Promise<void> {
    project.engine.dispose();
    await recoverStagedFiles(at('journals'), () => undefined, signal);
    assert.deepEqual(contents(at('outside')), theirs);
    for (const name of readdirSync(at('w'), { recursive: true, encoding: 'utf8' })) {
      assert.ok(!name.includes('.s3backup-'), name);
    }
  }

  const turns = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });

  it('has nothing outside renamed or left there by a restore, and loses no file', async () => {
    await assertProperty(
      fc.asyncProperty(turns, async chosen => {
        const project = await prepare();
        const edited = Object.fromEntries(names.map(name => [`d/${name}`, `edited ${name}`]));
        await writeTree(at('w'), edited);
        await project.compare();
        const nodes = [project.node('out-of-date')];
        const { planId } = await project.planRestore({ kind: 'nodes', nodes });
        project.engine.chooseConflicts({ planId, choice: 'replace', except: [] });
        const swaps = swapping(chosen);
        await project.engine.run(planId, signal).finally(swaps.end);
        await requireUntouched(project);
        const here = Object.values(contents(at('w/d')));
        for (const name of names) assert.ok(here.includes(`edited ${name}`), name);
      }),
      { numRuns: 40 },
    );
  });

  it('has nothing outside renamed or left there by freeing space, and loses no file', async () => {
    await assertProperty(
      fc.asyncProperty(turns, async chosen => {
        const project = await prepare();
        const folders = [{ setup: project.setup, scope: all }];
        const { planId } = await project.engine.planFreeUp({ folders }, signal);
        project.engine.chooseFreeUpMethod({ planId, method: 'delete' });
        const swaps = swapping(chosen);
        const report = await project.engine.run(planId, signal).finally(swaps.end);
        await requireUntouched(project);
        assert.equal(readdirSync(at('w/d')).length, names.length - report.done);
      }),
      { numRuns: 40 },
    );
  });
});
