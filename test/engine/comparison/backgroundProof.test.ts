import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { QuietTime } from '../../../src/engine/concurrency/quietTime';
import type { State } from '../../../src/protocol/state';
import { writeTree } from '../../support/disk/localTree';
import { readsOfFiles } from '../../support/disk/readsOfFiles';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { eventually } from '../../support/suite/eventually';

const storedAt = 1_700_000_000_000;
const before = storedAt - 60_000;

/** What is done about a bucket that another tool has filled. */
describe('Proving in the background', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  let reads: ReturnType<typeof readsOfFiles>;
  let states: State[];
  beforeEach(async () => {
    folder = await temporaryFolder('proof');
    root = join(folder.path, 'w');
    mkdirSync(root);
    bucket = memoryBucket();
    states = [];
    project = new ProjectInMemory({ root, bucket, onState: state => states.push(state) });
    reads = readsOfFiles(root);
  });
  afterEach(async () => {
    mock.restoreAll();
    reads.restore();
    project.engine.dispose();
    await folder.remove();
  });

  async function filledByAnother(contents: Readonly<Record<string, string>>): Promise<void> {
    await writeTree(root, contents, before);
    for (const [path, content] of Object.entries(contents)) {
      bucket.place(`w/${path}`, content, { modifiedAtMs: storedAt });
    }
  }

  function proofs(): readonly string[] {
    return [...project.rows().values()].map(({ verdict }) =>
      verdict.kind === 'up-to-date' ? verdict.proof : verdict.kind,
    );
  }

  it('reads while somebody is there, and downloads nothing', async () => {
    await filledByAnother({ a: 'a', b: 'b', other: 'mine' });
    bucket.place('w/other', 'else', { modifiedAtMs: storedAt, etag: 'opaque', etagIsOpaque: true });
    project.engine.attend('away');
    await project.compare();
    await project.engine.differences(project.setup, new AbortController().signal);
    assert.deepEqual(reads.names, []);
    assert.deepEqual(proofs(), ['name-and-time', 'name-and-time', 'name-and-time']);
    project.engine.attend('there');
    await eventually(() => {
      assert.deepEqual(proofs().toSorted(), ['content', 'content', 'name-and-time']);
    });
    const asked = new Set(bucket.calls.map(({ operation }) => operation));
    assert.deepEqual([...asked], ['list', 'head']);
  });

  it('ends when it is told to, until somebody verifies', async () => {
    await filledByAnother({ a: 'a', b: 'b' });
    project.engine.attend('away');
    await project.compare();
    project.engine.stopProving();
    project.engine.attend('there');
    const turns = mock.method(QuietTime.prototype, 'turn');
    await project.compare();
    await project.engine.recheck();
    assert.equal(turns.mock.callCount(), 0);
    assert.deepEqual(reads.names, []);
    assert.deepEqual(proofs(), ['name-and-time', 'name-and-time']);
    const folders = [{ setup: project.setup, scope: project.resources('a') }];
    await project.engine.verify({ folders }, new AbortController().signal);
    await project.compare();
    await eventually(() => {
      assert.deepEqual(project.row('b').verdict, { kind: 'up-to-date', proof: 'content' });
    });
  });

  it('goes on after a Cancel that had nothing to end', async () => {
    project.engine.stopProving();
    await project.compare();
    project.engine.stopProving();
    await filledByAnother({ a: 'a' });
    await project.compare();
    await eventually(() => {
      assert.deepEqual(proofs(), ['content']);
    });
  });

  for (const { slow, toOpen, toAsk } of [
    { slow: 'disk', toOpen: 1_000, toAsk: 0 },
    { slow: 'store', toOpen: 0, toAsk: 1_000 },
  ]) {
    it(`rests for a slow ${slow} as looks do`, async () => {
      project.engine.dispose();
      // Nobody has to wait for the rest.
      let rested = 0;
      const sleep = (ms: number) => {
        rested += ms;
        return Promise.resolve();
      };
      project = new ProjectInMemory({ root, bucket, clock: { now: () => rested, sleep } });
      const begun = performance.now();
      const heads = () => bucket.calls.filter(({ operation }) => operation === 'head').length;
      const passed = () => reads.names.length * toOpen + heads() * toAsk;
      mock.method(performance, 'now', () => begun + passed());
      const spent = mock.method(QuietTime.prototype, 'spent');
      await filledByAnother({ a: 'a' });
      // Of this the store has to be asked.
      bucket.place('w/a', 'a', { modifiedAtMs: storedAt, etag: 'opaque', etagIsOpaque: true });
      await project.compare();
      await eventually(() => {
        const pieces = spent.mock.calls.map(({ arguments: [piece] }) => piece);
        // Looks that go on beside it take as long by this clock.
        const isThere = pieces.some(({ ms, isSlow }) => ms > 900 && isSlow === (slow === 'disk'));
        assert.ok(isThere, JSON.stringify(pieces));
      });
    });
  }

  it('rests after each MiB that it reads', async () => {
    const turns = mock.method(QuietTime.prototype, 'turn');
    const spent = mock.method(QuietTime.prototype, 'spent');
    await filledByAnother({ large: 'x'.repeat(5 << 20) });
    await project.compare();
    await eventually(() => {
      assert.deepEqual(proofs(), ['content']);
    });
    // On a slow machine a look may have its turns beside it by now.
    for (const { mock: calls } of [turns, spent]) {
      assert.ok(calls.callCount() >= 6, String(calls.callCount()));
    }
  });

  it('tells how far it is where it takes long', async () => {
    await filledByAnother({ a: 'aa', b: 'bb', c: 'cc' });
    const now = performance.now.bind(performance);
    const held = bucket.holdNext('head');
    // Of these the store has to be asked.
    const opaque = { modifiedAtMs: storedAt, etag: 'opaque', etagIsOpaque: true };
    for (const name of ['a', 'b', 'c']) bucket.place(`w/${name}`, name + name, opaque);
    await project.compare();
    await held.reached;
    mock.method(performance, 'now', () => now() + 60_000);
    held.release();
    const proving = () => states.at(-1)?.comparisons[0]?.proving;
    await eventually(() => {
      const progress = { files: 3, filesDone: 1, bytes: 6, bytesDone: 2 };
      assert.deepEqual(proving(), progress);
    });
    project.engine.stopProving();
    await eventually(() => {
      assert.equal(proving(), undefined);
    });
    assert.equal(reads.names.length, 1);
  });
});
