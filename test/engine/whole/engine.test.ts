import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Engine } from '../../../src/engine/session/engine';
import { Failure } from '../../../src/engine/failures/failure';
import type { ConnectionSettings } from '../../../src/engine/config/settings';
import { storeOf } from '../../../src/protocol/endpoint';
import type { FilePath, FolderSetup, RawSettings } from '../../../src/protocol/folders';
import type { LogEntry } from '../../../src/protocol/host';
import type { Scope } from '../../../src/protocol/plans';
import type { NodeId } from '../../../src/protocol/rows';
import type { State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';
import { writeTree } from '../../support/disk/localTree';
import { eventually } from '../../support/suite/eventually';
import { memoryAccount } from '../../support/memory/memoryAccount';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { startEngine } from '../../support/engine/startEngine';
import { aFolder } from '../../support/engine/aFolder';

const storedAt = 1_700_000_000_000;
const before = storedAt - 60_000;
const id = 'file:///w';
const all: Scope = { kind: 'all' };

describe('Engine', () => {
  let folder: TemporaryFolder;
  let root: string;
  let buckets: Map<string, MemoryBucket>;
  let bucket: MemoryBucket;
  let engine: Engine;
  let states: State[];
  let rowsTold: (readonly [string, readonly Group[]])[];
  let log: LogEntry[];
  let connections: ConnectionSettings[];
  let closed: number;

  beforeEach(async () => {
    folder = await temporaryFolder('backup');
    root = join(folder.path, 'w');
    mkdirSync(root);
    bucket = memoryBucket({ name: 'b' });
    buckets = new Map([['b', bucket]]);
    states = [];
    rowsTold = [];
    log = [];
    connections = [];
    closed = 0;
    engine = startEngine({
      onState: state => states.push(state),
      onRows: (told, changed) => rowsTold.push([told, changed]),
      onLog: entry => log.push(entry),
      connect: settings => {
        connections.push(settings);
        return {
          endpoint: settings.endpoint ?? 'memory',
          store: storeOf(settings.endpoint),
          check: () => Promise.resolve(),
          account: memoryAccount(),
          bucket: name => {
            const found = buckets.get(name);
            assert.ok(found !== undefined, name);
            return found;
          },
          caller: () => Promise.resolve(undefined),
          capabilitiesOf: () => [],
          signIn: () => Promise.resolve({ kind: 'not-needed' }),
          tryAgain: () => undefined,
          close: () => closed++,
        };
      },
    });
  });
  afterEach(async () => {
    engine.dispose();
    await folder.remove();
  });

  function setup(changed: Partial<FolderSetup> = {}): FolderSetup {
    const settings: RawSettings = { exclude: ['node_modules', '*.log'] };
    return aFolder({ id, root, bucket: 'b', settings, ...changed });
  }

  function signal(): AbortSignal {
    return new AbortController().signal;
  }

  function compare(changed?: Partial<FolderSetup>): Promise<void> {
    return engine.compare([setup(changed)], signal());
  }

  function plan(scope: Scope, changed?: Partial<FolderSetup>) {
    return engine.planBackUp({ folders: [{ setup: setup(changed), scope }] }, signal());
  }

  function resources(...names: readonly string[]): Scope {
    return { kind: 'resources', paths: names.map(name => join(root, name)) };
  }

  function node(group: Group, path = ''): NodeId {
    return { folder: id, group, path: path as FilePath };
  }

  /** All file rows, with their group and what is being done to them. */
  function rows(): Record<string, string> {
    const found: Record<string, string> = {};
    const visit = (group: Group, path: FilePath) => {
      const request = {
        node: { folder: id, group, path },
        layout: 'tree' as const,
        offset: 0,
        limit: 10_000,
      };
      for (const row of engine.children(request).rows) {
        if (row.kind === 'folder') visit(group, row.path);
        else found[row.path] = row.activity === undefined ? group : `${group} ${row.activity.kind}`;
      }
    };
    for (const group of groups) visit(group, '' as FilePath);
    return found;
  }

  function lastState(): State {
    const state = states.at(-1);
    assert.ok(state !== undefined);
    return state;
  }

  function filesChanged(...names: readonly string[]): Promise<void> {
    return engine.filesChanged(
      id,
      names.map(name => join(root, name)),
    );
  }

  it('compares, plans and backs up a folder, and knows that all of it is safe then', async () => {
    await writeTree(root, { new: 'n', 'd/edited': 'edited', 'node_modules/x': 'x' });
    await writeTree(root, { same: 's' }, before);
    bucket.place('w/d/edited', 'old', { modifiedAtMs: storedAt });
    bucket.place('w/same', 's', { modifiedAtMs: storedAt });
    bucket.place('w/gone', 'g');
    await compare();
    assert.deepEqual(rows(), {
      new: 'missing-in-cloud',
      'd/edited': 'out-of-date',
      same: 'up-to-date',
      gone: 'only-in-cloud',
      node_modules: 'ignored',
    });
    const summary = await plan(all);
    assert.deepEqual(summary, {
      planId: 1,
      files: 2,
      bytes: 7,
      preview: {
        folders: ['file:///w'],
        requests: 2,
        largest: [
          { folder: 'file:///w', path: 'd/edited', bytes: 6 },
          { folder: 'file:///w', path: 'new', bytes: 1 },
        ],
        bulky: [],
      },
      unknownOrigin: { files: 1, originals: 0, examples: ['d/edited'], keepsVersions: false },
      manyReplaced: undefined,
      wouldEmpty: 0,
      excluded: {},
      ignored: undefined,
      unaskedSecrets: 0,
    });
    const report = await engine.run(summary.planId, signal());
    assert.deepEqual(report, {
      work: 'back-up',
      planId: 1,
      planned: 2,
      done: 2,
      failed: 0,
      skipped: 0,
      cancelled: 0,
      leftAlone: 0,
      bytes: 7,
      requests: { LIST: 0, HEAD: 0, GET: 0, PUT: 0, POST: 0, other: 0 },
      reasons: {},
      attributesNotSet: 0,
      stopped: undefined,
      problems: [],
    });
    assert.equal(bucket.bytes('w/d/edited')?.toString(), 'edited');
    assert.equal(bucket.bytes('w/new')?.toString(), 'n');
    assert.equal(bucket.bytes('w/node_modules/x'), undefined);
    assert.deepEqual(
      { new: rows()['new'], edited: rows()['d/edited'] },
      { new: 'missing-in-cloud finished', edited: 'out-of-date finished' },
    );
    // A second back-up writes nothing, even before the rows have moved.
    assert.equal((await plan(all)).files, 0);
    await compare();
    assert.equal((await plan(all)).files, 0);
    const state = lastState();
    assert.equal(state.kind, 'compared');
    assert.equal(state.comparisons[0]?.found, 5);
    // By their receipts, and the third one in the background, by its content.
    await eventually(() => {
      const now = lastState();
      assert.ok(now.kind === 'compared');
      assert.equal(now.comparisons[0]?.proved, 3);
    });
    assert.ok(!bucket.calls.some(({ operation }) => operation === 'get'));
  });

  it('loses no file that comes while a large folder is looked at', async () => {
    await compare();
    const many = Object.fromEntries(
      Array.from({ length: 1500 }, (_, index) => [`large/${String(index)}`, 'x']),
    );
    await writeTree(root, many);
    const folder = engine.filesChanged(id, [join(root, 'large')]);
    await new Promise(resolve => setImmediate(resolve));
    await writeTree(root, { 'large/late': 'x' });
    await Promise.all([folder, engine.filesChanged(id, [join(root, 'large/late')])]);
    assert.equal((await plan(all)).files, 1501);
  });

  it('tells its state as it goes, and each answer only after its state', async () => {
    await writeTree(root, { a: 'a' });
    const list = bucket.holdNext('list');
    const comparing = compare();
    await list.reached;
    list.release();
    await comparing;
    assert.equal(lastState().kind, 'compared');
    const kinds = states.map(({ kind }) => kind);
    assert.ok(
      kinds.slice(0, -1).every(kind => kind === 'connecting' || kind === 'comparing'),
      kinds.join(),
    );
    assert.deepEqual(rowsTold.at(-1), [id, [...groups]]);

    const put = bucket.holdNext('put');
    const { planId } = await plan(all);
    const running = engine.run(planId, signal());
    await put.reached;
    assert.equal(rows()['a'], 'missing-in-cloud under-way');
    put.release();
    await running;
    assert.equal(lastState().kind, 'compared');
    assert.ok(log.some(({ message }) => message.includes('1 backed up')));
  });

  it('runs a plan once, and none that was dropped', async () => {
    await writeTree(root, { a: 'a', b: 'b' });
    await compare();
    const { planId } = await plan(all);
    await engine.run(planId, signal());
    await assert.rejects(engine.run(planId, signal()), { code: 'plan-outdated' });
    const dropped = await plan(all);
    engine.dropPlan(dropped.planId);
    await assert.rejects(engine.run(dropped.planId, signal()), { code: 'plan-outdated' });
    await assert.rejects(engine.run(99, signal()), { code: 'plan-outdated' });
  });

  it('plans nothing from a comparison that there is not', async () => {
    await assert.rejects(plan(all), { code: 'plan-outdated' });
    await compare();
    await assert.rejects(plan(all, { prefix: 'other/' }), { code: 'plan-outdated' });
    engine.forgetFolder(id);
    await assert.rejects(plan(all), { code: 'plan-outdated' });
    assert.equal(lastState().comparisons.length, 1);
  });

  it('takes a comparison for none where endpoint, folder id, exclude or rule are others now', async () => {
    await writeTree(root, { a: 'a' });
    await compare();
    assert.equal((await plan(all)).files, 1);
    const settings = setup().settings;
    const others: readonly Partial<FolderSetup>[] = [
      { folderId: 'another' },
      { settings: { ...settings, endpoint: 'http://localhost:1' } },
      { settings: { ...settings, exclude: ['a'] } },
      { settings: { ...settings, 'compare.rule': 'time' } },
    ];
    for (const other of others) {
      await assert.rejects(plan(all, other), { code: 'plan-outdated' }, JSON.stringify(other));
      await assert.rejects(engine.differences(setup(other), signal()), {
        code: 'plan-outdated',
      });
      // What is compared for this plan does not get into the rows of another comparison.
      await plan(resources('a'), other);
      assert.deepEqual(rows(), { a: 'missing-in-cloud' }, JSON.stringify(other));
    }
    assert.equal((await plan(all)).files, 1);
  });

  it('takes it and its receipts for the same where the endpoint is spelled otherwise', async () => {
    await writeTree(root, { a: 'a' });
    const at = (endpoint: string) => ({ settings: { ...setup().settings, endpoint } });
    await compare(at('http://LOCALHOST:9000/'));
    const { planId } = await plan(all, at('http://localhost:9000'));
    assert.equal((await engine.run(planId, signal())).done, 1);
    await compare(at('https://localhost.:9000//'));
    const { rows: proved } = engine.children({
      node: node('up-to-date', ''),
      layout: 'list',
      offset: 0,
      limit: 10,
    });
    const [row] = proved;
    assert.ok(row?.kind === 'file' && row.verdict.kind === 'up-to-date');
    assert.equal(row.verdict.proof, 'receipt');
  });

  it('compares by the settings that hold when its turn has come', async () => {
    await writeTree(root, { a: 'a', b: 'b' });
    await compare();
    const { planId } = await plan({ kind: 'nodes', nodes: [node('missing-in-cloud', 'b')] });
    const put = bucket.holdNext('put');
    const running = engine.run(planId, signal());
    await put.reached;
    const comparing = compare();
    const planning = plan(resources('a', 'b'));
    engine.settingsChanged(id, { exclude: ['a'] });
    assert.deepEqual(rows(), {});
    put.release();
    await running;
    await comparing;
    assert.deepEqual(rows(), { a: 'ignored', b: 'up-to-date' });
    assert.deepEqual((await planning).excluded, { ignored: 1, 'up-to-date': 1 });
  });

  it('does nothing for a folder that was forgotten while it waited', async () => {
    await writeTree(root, { a: 'a' });
    await compare();
    const { planId } = await plan(all);
    const put = bucket.holdNext('put');
    const running = engine.run(planId, signal());
    await put.reached;
    const comparing = compare();
    const planning = plan(resources('a'));
    engine.forgetFolder(id);
    put.release();
    await running;
    await comparing;
    assert.deepEqual(rows(), {});
    await assert.rejects(planning, { code: 'plan-outdated' });
  });

  it('plans each file once, however many of the chosen rows hold it', async () => {
    await writeTree(root, { 'd/a': 'a', 'd/e/b': 'b', c: 'c' });
    await compare();
    const nodes = (...chosen: NodeId[]) => plan({ kind: 'nodes', nodes: chosen });
    const group = 'missing-in-cloud';
    assert.equal((await nodes(node(group, 'd/a'))).files, 1);
    assert.equal((await nodes(node(group, 'd'), node(group, 'd/e'), node(group, 'd/a'))).files, 2);
    assert.equal((await nodes(node(group), node(group, 'd'))).files, 3);
    assert.equal((await nodes(node('out-of-date', 'd'))).files, 0);
    assert.equal((await nodes()).files, 0);
  });

  it('backs up files and folders of the disk without a comparison before', async () => {
    await writeTree(root, { 'd/a': 'a', 'd/e/b': 'b', 'd-old/c': 'c', f: 'f', 'd/x.log': '' });
    bucket.place('w/d/only', 'o');
    const summary = await plan(resources('d', 'd/e', 'f'));
    assert.equal(summary.files, 3);
    assert.deepEqual(summary.excluded, { 'only-in-cloud': 1, ignored: 1 });
    assert.equal(summary.ignored, undefined);
    const report = await engine.run(summary.planId, signal());
    assert.equal(report.done, 3);
    assert.deepEqual(bucket.keys, ['w/d/a', 'w/d/e/b', 'w/d/only', 'w/f']);
    assert.equal(lastState().kind, 'idle');
    assert.equal((await plan(resources('d', 'f'))).files, 0);
    await assert.rejects(plan(resources('gone')), { code: 'file-vanished' });
    await assert.rejects(plan({ kind: 'resources', paths: [folder.path] }), {
      code: 'file-vanished',
    });
  });

  it('takes what it finds for a part of the folder into the comparison at hand', async () => {
    await writeTree(root, { 'd/a': 'a', 'd/gone': 'g', 'e/b': 'b' });
    await compare();
    rmSync(join(root, 'd/gone'));
    await writeTree(root, { 'd/new': 'n', 'e/unseen': 'u' });
    bucket.place('w/d/cloud', 'c');
    const summary = await plan(resources('d'));
    assert.equal(summary.files, 2);
    assert.deepEqual(rows(), {
      'd/a': 'missing-in-cloud',
      'd/new': 'missing-in-cloud',
      'd/cloud': 'only-in-cloud',
      'e/b': 'missing-in-cloud',
    });
    await engine.run(summary.planId, signal());
    assert.equal(rows()['d/new'], 'missing-in-cloud finished');
    assert.equal((await plan(resources(''))).files, 2);
  });

  it('names the rule of an ignored file that was chosen alone', async function () {
    await writeTree(root, { 'x.log': '', 'node_modules/m/a': 'a', b: 'b' });
    const because = { kind: 'rule', pattern: '*.log', source: 's3Backup.exclude', line: undefined };
    for (const compared of [false, true]) {
      if (compared) await compare();
      assert.deepEqual((await plan(resources('x.log'))).ignored, { path: 'x.log', because });
      assert.equal((await plan(resources('node_modules/m/a'))).ignored?.path, 'node_modules');
      assert.equal((await plan(resources('x.log', 'b'))).ignored, undefined);
      assert.equal((await plan(resources('b'))).ignored, undefined);
    }
    if (process.platform === 'win32') return;
    symlinkSync('b', join(root, 'link'));
    assert.deepEqual((await plan(resources('link'))).ignored, {
      path: 'link',
      because: { kind: 'link' },
    });
  });

  it('asks each bucket whether it keeps what is overwritten, only where something is', async () => {
    bucket = memoryBucket({ name: 'b', versioning: 'enabled' });
    buckets.set('b', bucket);
    await writeTree(root, { a: 'new' });
    await compare();
    await plan(all);
    assert.ok(!bucket.calls.some(({ operation }) => operation === 'versioning'));
    bucket.place('w/a', 'older', { modifiedAtMs: before });
    await compare();
    assert.deepEqual((await plan(all)).unknownOrigin, {
      originals: 0,
      files: 1,
      examples: ['a'],
      keepsVersions: true,
    });
  });

  /** What begins later elsewhere, and has to wait for nothing, ends after what need not wait here. */
  async function untilAnotherHasBackedUp(): Promise<void> {
    const other = new ProjectInMemory({ root, bucket: memoryBucket() });
    await other.compare();
    assert.equal((await other.backUp(all)).done, 1);
    other.engine.dispose();
  }

  it('waits with a comparison for the batch under way', async () => {
    await writeTree(root, { a: 'a' });
    await compare();
    const { planId } = await plan(all);
    const put = bucket.holdNext('put');
    const running = engine.run(planId, signal());
    await put.reached;
    const order: string[] = [];
    const listings = () => bucket.calls.filter(({ operation }) => operation === 'list').length;
    const listedBefore = listings();
    const comparing = compare().then(() => order.push('compared'));
    await untilAnotherHasBackedUp();
    assert.equal(listings(), listedBefore);
    put.release();
    await running.then(() => order.push('ran'));
    await comparing;
    assert.deepEqual(order, ['ran', 'compared']);
    assert.equal(rows()['a'], 'up-to-date');
  });

  it('waits with a batch for the comparison under way', async () => {
    await writeTree(root, { a: 'a' });
    await compare();
    const { planId } = await plan(all);
    const list = bucket.holdNext('list');
    const comparing = compare();
    await list.reached;
    const running = engine.run(planId, signal());
    await untilAnotherHasBackedUp();
    assert.deepEqual(bucket.keys, []);
    list.release();
    await comparing;
    assert.equal((await running).done, 1);
  });

  it('lets each row move by itself as its file arrives, and marks those that wait', async () => {
    const files = Array.from({ length: 100 }, (_, n) => [`f${String(n).padStart(2, '0')}`, 'x']);
    await writeTree(root, Object.fromEntries(files) as Record<string, string>);
    await compare();
    const { planId } = await plan(all);
    const put = bucket.holdNext('put', { key: 'w/f05' });
    const others = bucket.holdNext('put', { key: 'w/f40' });
    const controller = new AbortController();
    const running = engine.run(planId, controller.signal);
    await put.reached;
    assert.equal(rows()['f05'], 'missing-in-cloud under-way');
    assert.equal(rows()['f99'], 'missing-in-cloud waiting');
    // What waits is not sent twice.
    assert.equal(
      (await plan({ kind: 'nodes', nodes: [node('missing-in-cloud', 'f99')] })).files,
      0,
    );
    await others.reached;
    controller.abort();
    const report = await running;
    assert.equal(report.done + report.cancelled, 100);
    assert.ok(report.cancelled >= 2);
    const shown = Object.values(rows());
    assert.equal(shown.filter(row => row === 'missing-in-cloud finished').length, report.done);
    assert.equal(shown.filter(row => row === 'missing-in-cloud').length, report.cancelled);
    assert.equal(lastState().kind, 'compared');
  });

  it('has as many requests in flight as the settings allow', async () => {
    const names = Array.from({ length: 80 }, (_, n) => `f${String(n)}`);
    await writeTree(root, Object.fromEntries(names.map(name => [name, 'x'])));
    await compare();
    const { planId } = await plan(all);
    const holds = Array.from({ length: 64 }, () => bucket.holdNext('put'));
    engine.trafficChanged({ concurrency: 64 });
    const running = engine.run(planId, signal());
    await Promise.all(holds.map(hold => hold.reached));
    assert.equal(bucket.calls.filter(({ operation }) => operation === 'put').length, 64);
    for (const hold of holds) hold.release();
    assert.equal((await running).done, 80);
  });

  it('shows what failed in its place, and what somebody else has changed as changed', async () => {
    await writeTree(root, { a: 'a', b: 'b', c: 'c' });
    await compare();
    bucket.failNext('put', new Failure('access-denied', 'w/a'), { key: 'w/a' });
    bucket.place('w/b', 'theirs');
    const report = await engine.run((await plan(all)).planId, signal());
    assert.deepEqual([report.done, report.failed, report.skipped], [1, 1, 1]);
    assert.deepEqual(rows(), {
      a: 'missing-in-cloud failed',
      b: 'changed-in-cloud',
      c: 'missing-in-cloud finished',
    });
    assert.equal(bucket.bytes('w/b')?.toString(), 'theirs');
    const again = await plan(all);
    assert.equal(again.files, 1);
    assert.equal((await engine.run(again.planId, signal())).done, 1);
  });

  it('sends over what another plan has stored meanwhile, since that is ours', async () => {
    await writeTree(root, { new: 'n', edited: 'e' });
    bucket.place('w/edited', 'old', { modifiedAtMs: storedAt });
    await compare();
    const [one, other] = [await plan(all), await plan(all)];
    assert.equal((await engine.run(one.planId, signal())).done, 2);
    await writeTree(root, { new: 'newer', edited: 'edited' });
    assert.equal((await engine.run(other.planId, signal())).done, 2);
    await compare();
    assert.deepEqual(rows(), { new: 'up-to-date', edited: 'up-to-date' });
    assert.equal(bucket.bytes('w/edited')?.toString(), 'edited');
  });

  it('counts what stands there with just its bytes already as backed up', async () => {
    await writeTree(root, { new: 'n', edited: 'e' });
    bucket.place('w/edited', 'old', { modifiedAtMs: storedAt });
    await compare();
    const [one, other] = [await plan(all), await plan(all)];
    assert.equal((await engine.run(one.planId, signal())).done, 2);
    assert.equal((await engine.run(other.planId, signal())).done, 2);
    await compare();
    assert.deepEqual(rows(), { new: 'up-to-date', edited: 'up-to-date' });
  });

  it('follows changes to files after the comparison, and finds those that it missed', async () => {
    await writeTree(root, { a: 'a', b: 'b' }, before);
    for (const name of ['a', 'b']) bucket.place(`w/${name}`, name, { modifiedAtMs: storedAt });
    await compare();
    writeFileSync(join(root, 'a'), 'changed');
    writeFileSync(join(root, 'new'), 'n');
    await filesChanged('a', 'new');
    assert.deepEqual(rows(), { a: 'out-of-date', b: 'up-to-date', new: 'missing-in-cloud' });
    writeFileSync(join(root, 'b'), 'x');
    utimesSync(join(root, 'b'), before / 1000, before / 1000);
    await engine.recheck();
    assert.equal(rows()['b'], 'out-of-date');
    await engine.filesChanged('file:///unknown', [join(root, 'a')]);
  });

  it('does not lose changes that come while it compares', async () => {
    await writeTree(root, { a: 'a', gone: 'g', 'd/x': 'x' }, before);
    for (const name of ['a', 'gone', 'd/x']) {
      bucket.place(`w/${name}`, name.at(-1) ?? '', { modifiedAtMs: storedAt });
    }
    bucket.place('w/gone', 'g', { modifiedAtMs: storedAt });
    for (const round of ['first', 'second']) {
      const list = bucket.holdNext('list');
      const comparing = compare();
      await list.reached;
      // The scan takes its turns before this; the listing is still held.
      for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
      writeFileSync(join(root, 'a'), round === 'first' ? 'b' : 'c');
      writeFileSync(join(root, `new-${round}`), 'n');
      rmSync(join(root, 'gone'), { force: true });
      await filesChanged('a', `new-${round}`, 'gone');
      list.release();
      await comparing;
      assert.equal(rows()['a'], 'out-of-date', round);
      assert.equal(rows()[`new-${round}`], 'missing-in-cloud', round);
      assert.equal(rows()['gone'], 'only-in-cloud', round);
      assert.equal(rows()['d/x'], 'up-to-date', round);
      utimesSync(join(root, 'a'), before / 1000, before / 1000);
    }
  });

  it('does not lose changes that come while it compares a part', async () => {
    await writeTree(root, { 'd/a': 'a' }, before);
    bucket.place('w/d/a', 'a', { modifiedAtMs: storedAt });
    await compare();
    const list = bucket.holdNext('list');
    const planning = plan(resources('d'));
    await list.reached;
    for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
    writeFileSync(join(root, 'd/a'), 'b');
    await filesChanged('d/a');
    list.release();
    assert.equal((await planning).files, 1);
    assert.equal(rows()['d/a'], 'out-of-date');
  });

  it('plans nothing but what was asked for, whatever else changes meanwhile', async () => {
    await writeTree(root, { 'd/a': 'a', other: 'o' });
    const list = bucket.holdNext('list');
    const planning = plan(resources('d'));
    await list.reached;
    for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
    writeFileSync(join(root, 'other'), 'changed');
    await filesChanged('other', 'd/a');
    list.release();
    const { planId, files } = await planning;
    assert.equal(files, 1);
    await engine.run(planId, signal());
    assert.deepEqual(bucket.keys, ['w/d/a']);
  });

  it('sees a change that came while the file was on its way', async () => {
    await writeTree(root, { a: 'a' });
    await compare();
    const put = bucket.holdNext('put');
    const running = engine.run((await plan(all)).planId, signal());
    await put.reached;
    writeFileSync(join(root, 'a'), 'changed');
    await filesChanged('a');
    put.release();
    await running;
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(rows()['a'], 'out-of-date');
  });

  it('marks the totals where the listing of a part was not whole', async () => {
    await writeTree(root, { 'd/a': 'a', 'd/z': 'z' });
    await compare();
    for (let n = 0; n < 1_001; n++) bucket.place(`w/d/f${String(n).padStart(4, '0')}`, 'x');
    bucket.failNext('list', new Failure('unreachable', 'memory'), { after: 1 });
    await plan(resources('d'));
    assert.equal(rows()['d/z'], 'unchecked');
    writeFileSync(join(root, 'd/z'), 'changed');
    await filesChanged('d/z');
    assert.equal(rows()['d/z'], 'unchecked');
    await plan(resources('d/z'));
    assert.equal(lastState().comparisons[0]?.incomplete?.code, 'unreachable');
  });

  it('says what went wrong with a comparison, and keeps the one at hand', async () => {
    await writeTree(root, { a: 'a' });
    await compare();
    bucket.failNext('list', new Failure('access-denied', 'b'));
    await assert.rejects(compare(), { code: 'access-denied' });
    const state = lastState();
    assert.ok(state.kind === 'failed' && state.failures[0]?.folder === id);
    assert.equal(state.failures[0].failure.code, 'access-denied');
    assert.equal(state.comparisons[0]?.found, 1);
    await compare();
    assert.equal(lastState().kind, 'compared');
  });

  it('compares the other folders where one fails, and tells the failure of each', async () => {
    const names = ['one', 'two', 'three'];
    for (const name of names) await writeTree(join(folder.path, name), { a: 'a' });
    const setups = names.map(name =>
      setup({ id: name, name, root: join(folder.path, name), bucket: name }),
    );
    for (const name of names) buckets.set(name, memoryBucket({ name }));
    buckets.get('one')?.failNext('list', new Failure('access-denied', 'one'));
    buckets.get('three')?.failNext('list', new Failure('no-such-bucket', 'three'));
    await assert.rejects(engine.compare(setups, signal()), { code: 'access-denied' });
    const failures = () => {
      const state = lastState();
      return state.kind === 'failed'
        ? state.failures.map(failed => [failed.folder, failed.failure.code])
        : [];
    };
    assert.deepEqual(failures(), [
      ['one', 'access-denied'],
      ['three', 'no-such-bucket'],
    ]);
    assert.deepEqual(
      lastState().comparisons.map(comparison => comparison.folder),
      ['two'],
    );
    await engine.compare(setups.slice(0, 2), signal());
    assert.deepEqual(failures(), [['three', 'no-such-bucket']]);
    engine.forgetFolder('three');
    await eventually(() => {
      assert.equal(lastState().kind, 'compared');
    });
  });

  it('compares no further folder when it is cancelled', async () => {
    await writeTree(root, { a: 'a' });
    const list = bucket.holdNext('list');
    const controller = new AbortController();
    const setups = [setup(), setup({ id: 'other', prefix: 'other/' })];
    const comparing = engine.compare(setups, controller.signal);
    await list.reached;
    controller.abort();
    await assert.rejects(comparing, { code: 'cancelled' });
    assert.ok(!bucket.calls.some(({ key }) => key === 'other/'));
    assert.equal(lastState().kind, 'idle');
  });

  it('is silent where a comparison is cancelled', async () => {
    await writeTree(root, { a: 'a' });
    const list = bucket.holdNext('list');
    const controller = new AbortController();
    const comparing = engine.compare([setup()], controller.signal);
    await list.reached;
    controller.abort();
    await assert.rejects(comparing, { code: 'cancelled' });
    assert.equal(lastState().kind, 'idle');
    await compare();
    assert.equal(lastState().kind, 'compared');
  });

  it('does not bring back a folder that was forgotten while it was compared', async () => {
    await writeTree(root, { a: 'a' });
    const list = bucket.holdNext('list');
    const comparing = compare();
    await list.reached;
    engine.forgetFolder(id);
    list.release();
    await comparing;
    assert.deepEqual(rows(), {});
    assert.deepEqual(lastState().comparisons, []);
  });

  it('keeps several folders apart, and backs them up in one plan', async () => {
    const other = join(folder.path, 'v');
    await writeTree(root, { a: 'a' });
    await writeTree(other, { a: 'aa', b: 'b' });
    buckets.set('c', memoryBucket({ name: 'c' }));
    const setups = [
      setup(),
      setup({ id: 'file:///v', name: 'v', root: other, bucket: 'c', prefix: 'v/' }),
    ];
    await engine.compare(setups, signal());
    assert.equal(lastState().comparisons.length, 2);
    const parts = setups.map(each => ({ setup: each, scope: all }));
    const summary = await engine.planBackUp({ folders: parts }, signal());
    assert.equal(summary.files, 3);
    assert.equal((await engine.run(summary.planId, signal())).done, 3);
    assert.deepEqual(bucket.keys, ['w/a']);
    assert.deepEqual(buckets.get('c')?.keys, ['v/a', 'v/b']);
  });

  it('opens one connection for equal settings, and none before it is needed', async () => {
    assert.deepEqual(connections, []);
    await compare();
    await compare();
    const connection = engine.stores.connection({ exclude: [] });
    assert.equal(connections.length, 1);
    const elsewhere = { endpoint: 'http://localhost:1' };
    assert.notEqual(engine.stores.connection(elsewhere), connection);
    assert.equal(engine.stores.connection(elsewhere), engine.stores.connection(elsewhere));
    assert.equal(connections.length, 2);
    await assert.rejects(compare({ settings: { endpoint: 'nonsense' } }), {
      code: 'invalid-setting',
    });
    engine.dispose();
    assert.equal(closed, 2);
  });

  it('ends what it is doing, and tells nothing more, when it is disposed', async () => {
    await writeTree(root, { a: 'a', b: 'b' });
    await compare();
    const { planId } = await plan(all);
    const put = bucket.holdNext('put');
    const running = engine.run(planId, signal());
    await put.reached;
    const told = states.length;
    engine.dispose();
    const report = await running;
    assert.equal(report.done + report.cancelled, 2);
    assert.ok(report.cancelled >= 1);
    await assert.rejects(compare(), { code: 'cancelled' });
    assert.equal(states.length, told);
  });
});
