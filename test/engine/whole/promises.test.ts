import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

import type { Engine } from '../../../src/engine/session/engine';
import { Failure } from '../../../src/engine/failures/failure';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { FileRow } from '../../../src/protocol/rows';
import type { State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';
import { startEngine } from '../../support/engine/startEngine';
import { aFolder } from '../../support/engine/aFolder';

/* Whole back-ups of random folders to random buckets, with failures and edits at random moments. */

const storedAt = 1_700_000_000_000;
const contents = ['', 'x', 'y', 'longer'];

const paths = fc
  .array(fc.constantFrom('a', 'b', 'é', 'node_modules'), { minLength: 1, maxLength: 3 })
  .map(names => names.join('/'));
const files = fc.uniqueArray(
  fc.record({
    path: paths,
    content: fc.constantFrom(...contents),
    /** Seconds after (or before) its namesake was stored. */
    age: fc.constantFrom(-60, 0, 60),
  }),
  { selector: ({ path }) => path, maxLength: 8 },
);
const edits = fc.array(
  fc.record({
    /** With which of the calls to the bucket it happens. */
    at: fc.nat(12),
    path: paths,
    content: fc.option(fc.constantFrom(...contents)),
    isTold: fc.boolean(),
  }),
  { maxLength: 5 },
);
const failures = fc.array(
  fc.record({
    operation: fc.constantFrom('put' as const, 'list' as const),
    after: fc.nat(6),
    code: fc.constantFrom<FailureCode>('unreachable', 'access-denied', 'changed-in-cloud'),
  }),
  { maxLength: 3 },
);
const worlds = fc.record({ local: files, cloud: files, edits, failures, theirs: fc.nat(8) });

describe('The promises', () => {
  let folder: TemporaryFolder;
  let root: string;
  before(async () => {
    folder = await temporaryFolder('promises');
    root = join(folder.path, 'w');
  });
  after(() => folder.remove());

  function setup(): FolderSetup {
    const settings = { exclude: ['node_modules'] };
    return aFolder({
      root,
      settings,
    });
  }

  /** Writes or removes a file as a user would; where it cannot be, nothing happens. */
  function edit(path: string, content: string | null, age?: number): void {
    const absolute = join(root, path);
    try {
      if (content === null) {
        rmSync(absolute, { recursive: true, force: true });
        return;
      }
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      if (age !== undefined) utimesSync(absolute, storedAt / 1000 + age, storedAt / 1000 + age);
    } catch {
      // A file stands where a folder would have to be, or the other way round.
    }
  }

  function rowsOf(engine: Engine): readonly FileRow[] {
    const found: FileRow[] = [];
    const visit = (group: Group, path: FilePath) => {
      const node = { folder: 'file:///w', group, path };
      for (const row of engine.children({ node, layout: 'tree', offset: 0, limit: 1_000 }).rows) {
        if (row.kind === 'folder') visit(group, row.path);
        else found.push(row);
      }
    };
    for (const group of groups) visit(group, '' as FilePath);
    return found;
  }

  /** Nothing is called proved whose bytes are not the same on both sides. */
  function checkProved(engine: Engine, bucket: MemoryBucket, except?: string): void {
    for (const { path, verdict } of rowsOf(engine)) {
      if (path === except) continue;
      if (verdict.kind !== 'up-to-date' || verdict.proof === 'name-and-time') continue;
      const absolute = join(root, path);
      assert.ok(existsSync(absolute) && statSync(absolute).isFile(), `${path} is proved, and gone`);
      const equal = bucket.bytes(`w/${path}`)?.equals(readFileSync(absolute));
      assert.ok(equal, `${path} is proved, and differs`);
    }
  }

  it('hold whatever fails, and whatever is edited meanwhile', async function () {
    this.timeout(120_000);
    await assertProperty(
      fc.asyncProperty(worlds, async world => {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        const bucket = memoryBucket();
        for (const { path, content, age } of world.local) edit(path, content, age);
        for (const { path, content } of world.cloud) {
          bucket.place(`w/${path}`, content, { modifiedAtMs: storedAt });
        }
        for (const { operation, after, code } of world.failures) {
          bucket.failNext(operation, new Failure(code, 'memory'), { after });
        }
        const told: Promise<void>[] = [];
        let calls = 0;
        const happen = () => {
          for (const { at, path, content, isTold } of world.edits) {
            if (at !== calls) continue;
            edit(path, content);
            if (isTold) told.push(engine.filesChanged('file:///w', [join(root, path)]));
          }
          if (calls++ === world.theirs) bucket.place('w/a', 'theirs');
        };
        let state: State | undefined;
        const engine = startEngine({
          onState: now => (state = now),
          bucket: {
            ...bucket,
            clockOffsetMs: 0,
            list(request) {
              happen();
              return bucket.list(request);
            },
            put(request) {
              happen();
              return bucket.put(request);
            },
          },
        });
        const signal = new AbortController().signal;
        const everyKey = new Set(bucket.keys);
        const before = new Map(bucket.keys.map(key => [key, bucket.bytes(key)]));
        try {
          for (let round = 0; round < 2; round++) {
            await engine.compare([setup()], signal);
            const parts = [{ setup: setup(), scope: { kind: 'all' } as const }];
            const summary = await engine.planBackUp({ folders: parts }, signal);
            const report = await engine.run(summary.planId, signal);
            assert.equal(report.planned, summary.files);
            assert.equal(
              report.done + report.failed + report.skipped + report.cancelled,
              report.planned,
            );
            await Promise.all(told);
            await engine.recheck();
            // What somebody else has stored meanwhile shows with the next comparison.
            checkProved(engine, bucket, 'a');
          }
        } catch (error) {
          // A listing that could not begin ends the attempt; nothing else may.
          const listed = ['unreachable', 'access-denied', 'changed-in-cloud'];
          assert.ok(error instanceof Failure && listed.includes(error.code), String(error));
        }
        // What only the bucket has is still there, as it was.
        for (const [key, bytes] of before) {
          if (!existsSync(join(root, key.slice(2))) && key !== 'w/a') {
            assert.ok(bucket.keys.includes(key), `${key} is gone`);
          }
          if (key.includes('node_modules'))
            assert.ok(bytes?.equals(bucket.bytes(key) ?? Buffer.of(1)));
        }
        for (const key of everyKey) assert.ok(bucket.keys.includes(key), `${key} is gone`);
        // When nothing fails any more, all is well in the end, and then nothing is left to do.
        await Promise.all(told);
        const compareAtLast = async () => {
          for (let tries = 1; ; tries++) {
            try {
              await engine.compare([setup()], signal);
              return;
            } catch (error) {
              if (tries === 10) throw error;
            }
          }
        };
        await compareAtLast();
        const parts = [{ setup: setup(), scope: { kind: 'all' } as const }];
        const last = await engine.planBackUp({ folders: parts }, signal);
        await engine.run(last.planId, signal);
        await compareAtLast();
        await nextTurn();
        checkProved(engine, bucket);
        const totals = state?.comparisons[0];
        assert.ok(totals !== undefined);
        assert.equal(
          groups.reduce((sum, group) => sum + totals.groups[group].files, 0),
          totals.found,
        );
        assert.equal(rowsOf(engine).length, totals.found);
        engine.dispose();
      }),
      { numRuns: 100 },
    );
  });
});
