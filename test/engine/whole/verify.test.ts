import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { Failure } from '../../../src/engine/failures/failure';
import { toLocalFile } from '../../../src/engine/disk/localFile';
import { receiptsInMemory } from '../../support/memory/recordsInMemory';
import type { FilePath } from '../../../src/protocol/folders';
import type { Chosen, Scope } from '../../../src/protocol/plans';
import type { NodeId } from '../../../src/protocol/rows';
import type { State } from '../../../src/protocol/state';
import type { VerifyReport } from '../../../src/protocol/verify';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { readsOfFiles } from '../../support/disk/readsOfFiles';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { MovableClock } from '../../support/suite/movableClock';

const all: Scope = { kind: 'all' };
const day = 86_400_000;
const long = () => Date.now() - 10 * day;

describe('Verify', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let project: ProjectInMemory;
  let clock: MovableClock;
  let states: State[];
  beforeEach(async () => {
    clock = new MovableClock();
    folder = await temporaryFolder('verify');
    bucket = memoryBucket();
    states = [];
    // Nothing is read but by the command.
    project = new ProjectInMemory({
      root: folder.path,
      bucket,
      settings: { 'compare.rule': 'time' },
      onState: state => states.push(state),
    });
  });
  afterEach(async () => {
    clock.restore();
    project.engine.dispose();
    await folder.remove();
  });

  const at = (path: string) => join(folder.path, path);
  const nodes = (...chosen: readonly NodeId[]): Chosen => ({ kind: 'nodes', nodes: chosen });

  function verify(
    scope = nodes(project.node('up-to-date')),
    signal = new AbortController().signal,
  ): Promise<VerifyReport> {
    return project.engine.verify({ folders: [{ setup: project.setup, scope }] }, signal);
  }

  function readCopies({ verificationId }: VerifyReport): Promise<VerifyReport> {
    return project.engine.readCloudCopies(verificationId, new AbortController().signal);
  }

  /** The numbers of a report, those that are not zero. */
  function numbers(report: VerifyReport): Readonly<Record<string, number>> {
    const { files, proved, different, missing, unknown, failed } = report;
    assert.equal(files, proved + different + missing + unknown.files + failed);
    const all = { files, proved, different, missing, unknown: unknown.files, failed };
    return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
  }

  function verdict(path: string): string {
    const { verdict: known } = project.row(path);
    if (known.kind === 'up-to-date') return `${known.kind} ${known.proof}`;
    return known.kind;
  }

  it('takes the files of a group whose rows have just been backed up and not moved yet', async () => {
    await writeTree(folder.path, { a: 'one', 'd/b': 'two', 'd/c': 'three' }, long());
    await project.compare();
    await project.backUp(all);
    assert.deepEqual(numbers(await verify()), { files: 3, proved: 3 });
    await writeTree(folder.path, { 'd/new': 'four' }, long());
    await project.compare();
    await project.backUp(all);
    const inFolder = await verify(nodes(project.node('up-to-date', 'd')));
    assert.deepEqual(numbers(inFolder), { files: 3, proved: 3 });
  });

  it('proves what only name and time speak for, and finds what they have passed', async () => {
    await writeTree(folder.path, { same: 'one', 'd/same': 'two', other: 'red' }, long());
    bucket.place('w/same', 'one');
    bucket.place('w/d/same', 'two');
    bucket.place('w/other', 'one');
    clock.passRacyWindow();
    await project.compare();
    for (const path of ['same', 'd/same', 'other']) {
      assert.equal(verdict(path), 'up-to-date name-and-time');
    }
    assert.deepEqual(numbers(await verify()), { files: 3, proved: 2, different: 1 });
    assert.equal(verdict('same'), 'up-to-date content');
    assert.equal(verdict('d/same'), 'up-to-date content');
    assert.equal(verdict('other'), 'changed-in-cloud');
    // What was proved is kept.
    await project.compare();
    assert.equal(verdict('same'), 'up-to-date receipt');
  });

  it('takes a file, a folder, a group, or files on the disk', async () => {
    await writeTree(folder.path, { a: 'a', 'd/b': 'b', 'd/c': 'c', 'e/f/g': 'g' }, long());
    for (const path of ['a', 'd/b', 'd/c', 'e/f/g']) bucket.place(`w/${path}`, path.slice(-1));
    const verified = async (scope: Chosen) => {
      await project.compare();
      const before = project.row('e/f/g').verdict;
      const { files, proved } = await verify(scope);
      assert.equal(proved, files);
      return [files, before];
    };
    const first = { kind: 'up-to-date', proof: 'name-and-time' };
    assert.deepEqual(await verified(nodes(project.node('up-to-date', 'a'))), [1, first]);
    assert.deepEqual(await verified(nodes(project.node('up-to-date', 'd'))), [2, first]);
    assert.deepEqual(await verified(project.resources('d/b', 'a') as Chosen), [2, first]);
    assert.deepEqual(await verified(nodes(project.node('up-to-date'))), [4, first]);
  });

  it('reads also what receipts prove: neither the disk nor a clock is taken at its word', async () => {
    await writeTree(folder.path, { a: 'one', rotten: 'one' }, long());
    await project.compare();
    await project.backUp(all);
    await project.compare();
    const { atime, mtime } = await stat(at('rotten'));
    await writeFile(at('rotten'), 'two');
    await utimes(at('rotten'), atime, mtime);
    const reads = readsOfFiles(folder.path);
    try {
      assert.deepEqual(numbers(await verify()), { files: 2, proved: 1, different: 1 });
      assert.deepEqual(reads.names.toSorted(), ['a', 'rotten']);
    } finally {
      reads.restore();
    }
    assert.equal(verdict('rotten'), 'out-of-date');
  });

  it('never calls a file safe again by the fields that have hidden a change', async () => {
    const owner = { folderId: 'w', store: 'memory', bucket: bucket.name, prefix: 'w/' };
    const receipts = receiptsInMemory();
    project.engine.dispose();
    project = new ProjectInMemory({ root: folder.path, bucket, receipts });
    await writeTree(folder.path, { rotten: 'one' }, long());
    await project.compare();
    await project.backUp(all);
    await writeFile(at('rotten'), 'two');
    clock.passRacyWindow();
    // As if the disk had rotted, or a program had put all of its times back.
    const proved = receipts.of(owner).get('rotten' as FilePath);
    assert.ok(proved !== undefined);
    const now = toLocalFile(proved.local.path, await stat(at('rotten'), { bigint: true }));
    receipts.of(owner).put({ ...proved, local: now, hashBegan: Date.now() });
    await project.compare();
    assert.equal(verdict('rotten'), 'up-to-date receipt');
    assert.deepEqual(numbers(await verify()), { files: 1, different: 1 });
    assert.equal(verdict('rotten'), 'out-of-date');
    await project.compare();
    assert.equal(verdict('rotten'), 'out-of-date');
    // It is still this folder's own copy that a back-up replaces.
    assert.equal((await project.plan(all)).unknownOrigin.files, 0);
  });

  it('compares with the cloud as it is now', async () => {
    const names = ['kept', 'theirs', 'gone'];
    await writeTree(folder.path, Object.fromEntries(names.map(name => [name, name])), long());
    await project.compare();
    await project.backUp(all);
    await project.compare();
    bucket.place('w/theirs', 'THEIRS');
    bucket.remove('w/gone');
    assert.deepEqual(numbers(await verify()), { files: 3, proved: 1, different: 1, missing: 1 });
    assert.deepEqual(names.map(verdict), [
      'up-to-date receipt',
      'changed-in-cloud',
      'missing-in-cloud',
    ]);
  });

  it('takes one list for many files, and none for those beside them', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `d/deep/${String(n)}`);
    await writeTree(folder.path, Object.fromEntries(names.map(name => [name, name])), long());
    writeFileSync(at('beside'), 'b');
    for (const name of names) bucket.place(`w/${name}`, name);
    await project.compare();
    const before = bucket.calls.length;
    assert.deepEqual(numbers(await verify()), { files: 40, proved: 40 });
    assert.deepEqual(
      bucket.calls.slice(before).map(({ operation, key }) => [operation, key]),
      [['list', 'w/d/deep/']],
    );
  });

  it('reads nothing twice that the comparison before it has just read', async () => {
    project.engine.dispose();
    project = new ProjectInMemory({
      root: folder.path,
      bucket,
      settings: { 'compare.rule': 'content' },
    });
    await writeTree(folder.path, { same: 'one', other: 'red' }, long());
    bucket.place('w/same', 'one');
    bucket.place('w/other', 'one');
    const reads = readsOfFiles(folder.path);
    try {
      const report = await verify(project.resources('same', 'other'));
      assert.deepEqual(numbers(report), { files: 2, proved: 1, different: 1 });
      assert.deepEqual(reads.names.toSorted(), ['other', 'same']);
    } finally {
      reads.restore();
    }
  });

  it('tells what could not be compared, and why', async () => {
    await writeTree(folder.path, { a: 'a', b: 'b' }, long());
    bucket.place('w/a', 'a');
    bucket.place('w/b', 'b', { etag: 'no digest' });
    await project.compare();
    bucket.failNext('head', new Failure('access-denied', 'w/b'), { key: 'w/b' });
    const report = await verify();
    assert.deepEqual(numbers(report), { files: 2, proved: 1, failed: 1 });
    assert.deepEqual(
      report.problems.map(({ path, failure }) => [path, failure.code]),
      [['b', 'access-denied']],
    );
    assert.equal(verdict('b'), 'unchecked');
    await assert.rejects(verify(project.resources('gone')), { code: 'file-vanished' });
  });

  describe('of copies of which the store tells nothing that could be compared', () => {
    const opaque = { etag: 'd'.repeat(32), etagIsOpaque: true };
    beforeEach(async () => {
      await writeTree(folder.path, { same: 'one', other: 'red' }, long());
      bucket.place('w/same', 'one', opaque);
      bucket.place('w/other', 'one', opaque);
      await project.compare();
    });

    it('says how many they are and how much, and reads none of them unasked', async () => {
      const report = await verify();
      assert.deepEqual(numbers(report), { files: 2, unknown: 2 });
      assert.deepEqual(report.unknown, { files: 2, bytes: 6 });
      assert.ok(!bucket.calls.some(({ operation }) => operation === 'get'));
      assert.equal(verdict('same'), 'up-to-date name-and-time');
    });

    it('reads them where that is wanted, and knows it from then on', async () => {
      clock.passRacyWindow();
      assert.deepEqual(numbers(await readCopies(await verify())), {
        files: 2,
        proved: 1,
        different: 1,
      });
      assert.equal(verdict('same'), 'up-to-date content');
      assert.equal(verdict('other'), 'changed-in-cloud');
      await project.compare();
      assert.equal(verdict('same'), 'up-to-date receipt');
      // The copy of the other one need not be read again to be known for another.
      assert.deepEqual(numbers(await verify(project.resources('same', 'other') as Chosen)), {
        files: 2,
        proved: 1,
        different: 1,
      });
    });

    it('reads them once: what was shown is what is read', async () => {
      const report = await verify();
      await readCopies(report);
      await assert.rejects(readCopies(report), { code: 'plan-outdated' });
    });

    it('proves nothing by a copy that has changed meanwhile, or cannot be had', async () => {
      const report = await verify();
      bucket.place('w/same', 'new', { ...opaque, etag: 'e'.repeat(32) });
      bucket.failNext('get', new Failure('archived', 'other'), { key: 'w/other' });
      const read = await readCopies(report);
      assert.deepEqual(numbers(read), { files: 2, failed: 2 });
      assert.deepEqual(read.problems.map(({ failure }) => failure.code).toSorted(), [
        'archived',
        'changed-in-cloud',
      ]);
      assert.equal(verdict('other'), 'up-to-date name-and-time');
    });

    it('proves nothing of a file that has changed meanwhile', async () => {
      const report = await verify();
      await writeFile(at('same'), 'two');
      const read = await readCopies(report);
      assert.equal(read.proved, 0);
      assert.notEqual(project.row('same').verdict.kind, 'up-to-date');
    });
  });

  describe('of a large file', function () {
    this.timeout(120_000);
    const size = 1 << 30;
    const etag = createHash('md5').update('another').digest('hex');
    beforeEach(async () => {
      writeFileSync(at('large'), '');
      truncateSync(at('large'), size);
      await utimes(at('large'), new Date(long()), new Date(long()));
      bucket.place('w/large', 'small', { etag });
      // As if the copy were as large: nobody will read it.
      const list = bucket.list.bind(bucket);
      bucket.list = async function* (request) {
        for await (const page of list(request)) yield page.map(file => ({ ...file, size }));
      };
      await project.compare();
    });

    /** What Cancel takes, at best of some times: other work on the machine is not the question. */
    async function timeToCancel(begin: (signal: AbortSignal) => Promise<unknown>): Promise<number> {
      let best = Infinity;
      for (let time = 0; time < 5 && best > 100; time++) {
        const controller = new AbortController();
        const reads = readsOfFiles(folder.path);
        const working = begin(controller.signal);
        while (reads.names.length === 0) await nextTurn();
        reads.restore();
        for (let turn = 0; turn < 20; turn++) await nextTurn();
        const cancelledAt = performance.now();
        controller.abort();
        await assert.rejects(working, { code: 'cancelled' });
        best = Math.min(best, performance.now() - cancelledAt);
      }
      return best;
    }

    it('is cancelled within 100 ms, and leaves the row as it was', async () => {
      const took = await timeToCancel(signal => verify(undefined, signal));
      assert.ok(took < 100, `${took.toFixed(0)} ms`);
      assert.equal(verdict('large'), 'up-to-date name-and-time');
      assert.equal(project.row('large').activity, undefined);
    });

    it('is cancelled within 100 ms by a comparison that reads', async () => {
      const settings = { 'compare.rule': 'content' };
      const setup = { ...project.setup, settings };
      const took = await timeToCancel(signal => project.engine.compare([setup], signal));
      assert.ok(took < 100, `${took.toFixed(0)} ms`);
    });

    it('tells how far it is', async () => {
      const controller = new AbortController();
      const working = verify(undefined, controller.signal);
      const isHalfWay = () =>
        states.some(state => state.kind === 'verifying' && state.bytesDone > size / 20);
      while (!isHalfWay()) await nextTurn();
      assert.equal(project.row('large').activity?.kind, 'verifying');
      controller.abort();
      await assert.rejects(working, { code: 'cancelled' });
      const verifying = states.filter(state => state.kind === 'verifying');
      assert.ok(verifying.every(({ files, bytes }) => files === 1 && bytes === size));
      assert.notEqual(states.at(-1)?.kind, 'verifying');
    });
  });
});

describe('Forget', () => {
  it('takes the receipts of lost files and their rows, and nothing else', async () => {
    const folder = await temporaryFolder('forget');
    const bucket = memoryBucket();
    const project = new ProjectInMemory({ root: folder.path, bucket });
    try {
      const names = ['lost', 'd/lost', 'd/other', 'only-here', 'only-there'];
      await writeTree(folder.path, Object.fromEntries(names.map(name => [name, name])), long());
      await project.compare();
      await project.backUp(all);
      for (const name of names.slice(0, 4)) bucket.remove(`w/${name}`);
      for (const name of names) if (name !== 'only-here') rmSync(join(folder.path, name));
      await project.compare();
      const kinds = () =>
        Object.fromEntries([...project.rows()].map(([path, row]) => [path, row.verdict.kind]));
      assert.deepEqual(kinds(), {
        lost: 'lost',
        'd/lost': 'lost',
        'd/other': 'lost',
        'only-here': 'missing-in-cloud',
        'only-there': 'only-in-cloud',
      });
      const forget = (...chosen: readonly NodeId[]) =>
        project.engine.forgetLost(
          { folders: [{ setup: project.setup, scope: { kind: 'nodes', nodes: chosen } }] },
          new AbortController().signal,
        );
      assert.equal(await forget(project.node('lost', 'd/lost')), 1);
      assert.equal(project.rows().has('d/lost'), false);
      const others = [
        project.node('lost'),
        project.node('missing-in-cloud'),
        project.node('only-in-cloud'),
      ];
      assert.equal(await forget(...others), 2);
      const left = { 'only-here': 'missing-in-cloud', 'only-there': 'only-in-cloud' };
      assert.deepEqual(kinds(), left);
      await project.compare();
      assert.deepEqual(kinds(), left);
      // What is not lost has kept its receipt.
      assert.ok('safeAt' in project.row('only-here').verdict);
      assert.equal((await readFile(join(folder.path, 'only-here'))).toString(), 'only-here');
    } finally {
      project.engine.dispose();
      await folder.remove();
    }
  });
});

describe('Lost files, more than a comparison asks for', () => {
  it('say that the store was not asked for them, and are asked for by Verify', async () => {
    const folder = await temporaryFolder('many-lost');
    const bucket = memoryBucket();
    const project = new ProjectInMemory({ root: folder.path, bucket });
    try {
      const names = Array.from({ length: 130 }, (_, n) => `f${String(n).padStart(3, '0')}`);
      await writeTree(folder.path, Object.fromEntries(names.map(name => [name, name])), long());
      await project.compare();
      await project.backUp(all);
      for (const name of names) {
        rmSync(join(folder.path, name));
        if (name === 'f120') bucket.hide(`w/${name}`);
        else bucket.remove(`w/${name}`);
      }
      await project.compare();
      const becauseOf = (path: string) => {
        const { verdict } = project.row(path);
        return verdict.kind === 'lost' ? (verdict.because ?? 'asked') : verdict.kind;
      };
      assert.deepEqual(['f000', 'f099', 'f100', 'f120'].map(becauseOf), [
        ...['asked', 'asked', 'not-asked', 'not-asked'],
      ]);

      const scope = { kind: 'nodes', nodes: [project.node('lost')] } as const;
      const { signal } = new AbortController();
      const report = await project.engine.verify(
        { folders: [{ setup: project.setup, scope }] },
        signal,
      );
      assert.equal(report.missing, 129);
      assert.deepEqual(
        report.problems.map(({ path, failure }) => [path, failure.code]),
        [['f120', 'not-listed']],
      );
      assert.deepEqual(['f000', 'f100', 'f120'].map(becauseOf), [
        ...['asked', 'asked', 'only-in-cloud'],
      ]);
    } finally {
      project.engine.dispose();
      await folder.remove();
    }
  });
});
