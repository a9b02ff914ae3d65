import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import { recoverStagedFiles, type Recovery } from '../../../src/engine/staging/recoverStagedFiles';
import { writeTree } from '../../support/disk/localTree';
import {
  restoredContent,
  restoredFiles,
  type DiskKind,
} from '../../support/processes/restoreWorker';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';
import { testVariables } from '../../support/suite/testEnvironment';

const worker = join(__dirname, '..', '..', 'support', 'processes', 'restoreWorker.js');
/** Of each third file there is an old one here. */
const oldFiles = restoredFiles.filter((_, index) => index % 3 === 0);
const clearedUp = new Set<Recovery['kind']>([
  'removed',
  'put-back',
  'finished',
  'placeholder-removed',
]);
const oldContent = 'what was here before';
/** Each is a process of its own; with three, one of each seed. */
const runs = Number(process.env[testVariables.restoreKills] ?? 3);

describe('A restore that is killed', function () {
  this.timeout(100_000 + runs * 5_000);
  let temporary: TemporaryFolder;
  let root: string;
  let trash: string;
  beforeEach(async () => {
    temporary = await temporaryFolder('killed');
    root = join(temporary.path, 'w');
    trash = join(temporary.path, 'trash');
  });
  afterEach(() => temporary.remove());

  async function prepare(): Promise<void> {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    rmSync(trash, { recursive: true, force: true });
    mkdirSync(trash);
    await writeTree(root, Object.fromEntries(oldFiles.map(([path]) => [path, oldContent])));
  }

  /** Gives how many moments there were where it was not killed, else `undefined`. */
  async function run(killAt: number, disk: DiskKind): Promise<number | undefined> {
    const child = fork(worker, [temporary.path, String(killAt), disk]);
    let moments: number | undefined;
    child.on('message', told => {
      moments = told as number;
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    assert.ok(signal === 'SIGKILL' || moments !== undefined, `ended with ${String(signal)}`);
    return moments;
  }

  function paths(): readonly string[] {
    return readdirSync(root, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1));
  }

  /** Each file is as it was, as it is to be, or not there; nothing else is anywhere. */
  function requireWhole(): void {
    const found = new Set(paths());
    for (const [path, size] of restoredFiles) {
      if (!found.delete(path)) continue;
      const content = readFileSync(join(root, path));
      const isOld = content.toString() === oldContent;
      assert.ok(isOld || content.equals(restoredContent(path, size)), path);
    }
    for (const kept of found) {
      assert.match(kept, / \(kept /);
      assert.equal(readFileSync(join(root, kept), 'utf8'), oldContent, kept);
    }
  }

  /** No old file is lost: it is in its place, kept beside it, or in the trash. */
  function requireNothingLost(): void {
    const old = paths().filter(path =>
      readFileSync(join(root, path)).equals(Buffer.from(oldContent)),
    );
    const elsewhere = oldFiles.filter(
      ([path]) => !old.some(each => each === path || each.startsWith(`${path} (kept `)),
    );
    assert.equal(elsewhere.length, readdirSync(trash).length, elsewhere.join(' '));
  }

  /** What was to be replaced has its name again, or what replaces it. */
  function requireNoNameFree(): void {
    const found = new Set(paths());
    for (const [path] of oldFiles) assert.ok(found.has(path), `nothing is ${path}`);
  }

  for (const disk of ['with links', 'without links', 'with a trash'] as const) {
    it(`leaves every file old, new or absent, and the next start removes what is left, ${disk}`, async () => {
      await prepare();
      const moments = await run(Infinity, disk);
      assert.ok(moments !== undefined && moments > restoredFiles.length);
      for (const [path, size] of restoredFiles) {
        assert.ok(readFileSync(join(root, path)).equals(restoredContent(path, size)), path);
      }
      await assertProperty(
        fc.asyncProperty(fc.nat(moments - 1), async killAt => {
          await prepare();
          await run(killAt, disk);
          const recovered: Recovery['kind'][] = [];
          const { signal } = new AbortController();
          const note = ({ kind }: Recovery) => recovered.push(kind);
          await recoverStagedFiles(join(temporary.path, 'staging-journals'), note, signal);
          assert.deepEqual(
            recovered.filter(kind => !clearedUp.has(kind)),
            [],
          );
          requireWhole();
          requireNothingLost();
          requireNoNameFree();
        }),
        { numRuns: runs },
      );
    });
  }
});
