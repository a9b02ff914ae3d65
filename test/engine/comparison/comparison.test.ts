import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';

import { Comparison, finishedRowMs } from '../../../src/engine/comparison/comparison';
import { groupOf } from '../../../src/engine/comparison/entry';
import { GroupTree } from '../../../src/engine/comparison/groupTree';
import { isWithin } from '../../../src/engine/disk/filePath';
import { rowFilter } from '../../../src/engine/comparison/rowFilter';
import { rootPath, type FilePath } from '../../../src/protocol/folders';
import type { ChildrenPage, Row } from '../../../src/protocol/rows';
import { groups, type Group, type Verdict } from '../../../src/protocol/verdicts';
import { targetOf } from '../../support/memory/targetOf';
import type { Finding } from '../../../src/engine/compare/finding';
import { Findings } from '../../../src/engine/compare/findings';
import { TimeSlice } from '../../../src/engine/concurrency/timeSlice';
import { CloudFiles } from '../../../src/engine/scan/cloudFiles';
import { assertProperty } from '../../support/suite/assertProperty';
import { aCloudFile, aLocalFile } from '../../support/engine/aFile';

const target = targetOf({ bucket: 'b', prefix: 'w/' });
const failure = { code: 'not-readable', subject: 'x', cause: undefined } as const;

const verdicts: readonly Verdict[] = [
  { kind: 'missing-in-cloud' },
  { kind: 'out-of-date', because: 'size' },
  { kind: 'up-to-date', proof: 'uploaded' },
  { kind: 'up-to-date', proof: 'content' },
  { kind: 'up-to-date', proof: 'name-and-time' },
  { kind: 'changed-in-cloud', because: 'newer-there' },
  { kind: 'only-in-cloud' },
  { kind: 'unchecked', failure },
  { kind: 'ignored', because: { kind: 'link' }, hiddenCopies: 0 },
];
const notAPath: Verdict = {
  kind: 'ignored',
  because: { kind: 'not-a-path', fault: 'empty-segment' },
  hiddenCopies: 1,
};

const names = ['a', 'a/b', 'a/b/c', 'a/b/d', 'a/e', 'file2', 'file10', 'é', 'e\u0301'];
const noNames = ['x//y', 'x/', 'a//b'];

function finding(path: string, given: Verdict, size = 1): Finding {
  const verdict = noNames.includes(path) ? notAPath : given;
  const at = path as FilePath;
  const cloudOnly = verdict.kind === 'only-in-cloud' || verdict.kind === 'ignored';
  const local = aLocalFile({ path: at, size });
  const cloud = aCloudFile({ path: at, size, modifiedAtMs: 1 });
  return {
    path: at,
    isFolder: false,
    local: cloudOnly ? undefined : local,
    cloud: verdict.kind === 'missing-in-cloud' ? undefined : cloud,
    verdict,
  };
}

/* The model: each path with its verdict, size and the group that shows it. */

interface Placed {
  readonly finding: Finding;
  readonly size: number;
  readonly group: Group;
  /** When it moves to its verdict's group. */
  readonly movesAt: number | undefined;
}

type Step =
  | {
      readonly kind: 'place' | 'finish';
      readonly path: string;
      readonly verdict: Verdict;
      readonly size: number;
    }
  | { readonly kind: 'remove' | 'activity'; readonly path: string }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'wait'; readonly ms: number };

const paths = fc.constantFrom(...names, ...noNames);

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('place', 'finish'),
      path: paths,
      verdict: fc.constantFrom(...verdicts),
      size: fc.nat(1000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'activity'), path: paths }) },
  fc.record({
    kind: fc.constant('filter' as const),
    text: fc.constantFrom('', 'b', 'FILE', 'e\u0301', 'a/*', 'nothing'),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 1_000, 1_999, 2_000) }),
);

/** Every file row below a node, by asking for its pages as the tree does. */
function rowsBelow(comparison: Comparison, group: Group, path: FilePath, limit: number): Row[] {
  const rows: Row[] = [];
  for (let offset = 0; ; offset += limit) {
    const page = comparison.children({ group, path }, 'tree', offset, limit);
    rows.push(...page.rows);
    if (rows.length >= page.total) {
      assert.equal(rows.length, page.total);
      return rows;
    }
    assert.equal(page.rows.length, limit);
  }
}

function topRows(comparison: Comparison, group: Group): ChildrenPage {
  return comparison.children({ group, path: rootPath }, 'tree', 0, 10);
}

/** The paths of a group's files in the flat list, by asking for its pages as the view does. */
function listed(comparison: Comparison, group: Group, limit: number): readonly string[] {
  const paths: string[] = [];
  for (;;) {
    const page = comparison.children({ group, path: rootPath }, 'list', paths.length, limit);
    paths.push(...page.rows.map(({ path }) => path));
    if (paths.length >= page.total) return paths;
    assert.equal(page.rows.length, limit);
  }
}

/** @param counted What counts in the group, and passes the filter. */
function* leavesBelow(
  comparison: Comparison,
  { group, path }: { readonly group: Group; readonly path: FilePath },
  limit: number,
  counted: readonly Placed[],
): Generator<Row & { kind: 'file' }> {
  for (const row of rowsBelow(comparison, group, path, limit)) {
    if (row.kind === 'file') {
      yield row;
      continue;
    }
    const leaves = [...leavesBelow(comparison, { group, path: row.path }, limit, counted)];
    assert.ok(leaves.length > 0, `${row.path} is empty`);
    const below = counted.filter(({ finding: { path: each } }) => each.startsWith(`${row.path}/`));
    const own = below.filter(({ finding: { path: each } }) => !noNames.includes(each));
    assert.deepEqual(row.totals, {
      files: own.length,
      bytes: own.reduce((sum, { size }) => sum + size, 0),
    });
    assert.ok(leaves.every(leaf => isWithin(leaf.path, row.path)));
    yield* leaves;
  }
}

/** By verdict alone, wherever the rows stand: neither a file twice nor one left out. */
function checkMeaning(
  all: readonly Placed[],
  filter: string,
  comparison: Comparison,
  group: Group,
): void {
  const passes = rowFilter(filter) ?? (() => true);
  for (const folder of [rootPath, 'a', 'a/b'] as FilePath[]) {
    const own = all.filter(
      ({ finding: { path, verdict }, group: standing }) =>
        path === folder && (standing === group || verdict.kind === group),
    );
    const below = all.filter(
      ({ finding: { path, verdict } }) =>
        verdict.kind === group &&
        (folder === rootPath || path.startsWith(`${folder}/`)) &&
        (folder === rootPath || !noNames.includes(path)),
    );
    const sorted = (placed: readonly Placed[]) =>
      placed.map(({ finding: { path } }) => path).sort();
    const pathsOf = (entries: Iterable<Finding>) => [...entries].map(({ path }) => path).sort();
    assert.deepEqual(pathsOf(comparison.inGroup(group, folder)), sorted([...own, ...below]));
    const passing = below.filter(({ finding: { path } }) => passes(path));
    assert.deepEqual(
      pathsOf(comparison.atRow({ group, path: folder })),
      sorted([...own, ...passing]),
    );
  }
}

function checkAgainst(
  model: ReadonlyMap<string, Placed>,
  filter: string,
  comparison: Comparison,
  limit: number,
): void {
  const totals = comparison.totals();
  const all = [...model.values()];
  assert.equal(totals.found, model.size);
  assert.equal(comparison.size, model.size);
  assert.equal(
    groups.reduce((sum, group) => sum + totals.groups[group].files, 0),
    totals.found,
  );
  for (const group of groups) {
    const passes = rowFilter(filter) ?? (() => true);
    // Numbers go by the verdicts at once; rows may linger where they were.
    const counted = all.filter(({ finding: { verdict } }) => verdict.kind === group);
    const bytes = counted.reduce((sum, placed) => sum + placed.size, 0);
    assert.deepEqual(totals.groups[group], { files: counted.length, bytes }, group);
    const countedAndShown = counted.filter(({ finding: { path } }) => passes(path));
    assert.equal(totals.shown?.[group], filter === '' ? undefined : countedAndShown.length);
    const inGroup = all.filter(placed => placed.group === group);
    const rows = inGroup.map(({ finding: { path } }) => path).filter(passes);
    const place = { group, path: rootPath };
    const leaves = [...leavesBelow(comparison, place, limit, countedAndShown)];
    const shown = leaves.map(row => row.path);
    assert.deepEqual(listed(comparison, group, limit), shown, `${group} as a list`);
    assert.deepEqual(shown.sort(), rows.sort(), group);
    assert.equal(totals.rows[group], rows.length);
    checkMeaning(all, filter, comparison, group);
  }
  const proved = all.filter(
    ({ finding: { verdict } }) =>
      verdict.kind === 'up-to-date' && verdict.proof !== 'name-and-time',
  );
  assert.equal(totals.proved, proved.length);
  for (const folder of ['a', 'a/b'] as FilePath[]) {
    const below = all
      .map(({ finding: { path } }) => path)
      .filter(path => isWithin(path, folder) && !noNames.includes(path));
    assert.deepEqual([...comparison.below(folder)].map(({ path }) => path).sort(), below.sort());
  }
}

/** A comparison that found these files in the cloud alone, and holds no more of them than a row. */
async function comparisonOfCopies(paths: readonly string[]): Promise<Comparison> {
  const cloud = new CloudFiles();
  const findings = new Findings(cloud);
  for (const [row, path] of paths.entries()) {
    cloud.put(aCloudFile({ path: path as FilePath, modifiedAtMs: 1 }));
    findings.addOnlyInCloud(row);
  }
  const comparison = new Comparison(target, cloud);
  await comparison.placeAll(findings, new TimeSlice(new AbortController().signal));
  return comparison;
}

describe('comparison', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('adds up and shows every path exactly once, whatever happens to it', async () => {
    await assertProperty(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 }),
        fc.array(steps, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (inCloud, all, limit) => {
          const comparison = await comparisonOfCopies(inCloud);
          const model = new Map<string, Placed>(
            inCloud.map(path => [
              path,
              {
                finding: finding(path, { kind: 'only-in-cloud' }),
                size: 1,
                group: 'only-in-cloud',
                movesAt: undefined,
              },
            ]),
          );
          let now = 0;
          let filter = '';
          for (const step of all) {
            const before = 'path' in step ? model.get(step.path) : undefined;
            switch (step.kind) {
              case 'place':
              case 'finish': {
                const found = finding(step.path, step.verdict, step.size);
                if (step.kind === 'place') comparison.place(found);
                else comparison.finish(found, 'back-up');
                const staysFirst = step.kind === 'finish' && before !== undefined;
                model.set(step.path, {
                  finding: found,
                  size: step.size,
                  group: staysFirst ? before.group : found.verdict.kind,
                  movesAt: staysFirst ? now + finishedRowMs : undefined,
                });
                break;
              }
              case 'remove':
                comparison.remove(step.path as FilePath);
                model.delete(step.path);
                break;
              case 'activity':
                comparison.setActivity(step.path as FilePath, {
                  kind: 'under-way',
                  work: 'back-up',
                });
                break;
              case 'filter':
                filter = step.text;
                comparison.setFilter(rowFilter(filter));
                break;
              case 'wait':
                now += step.ms;
                mock.timers.tick(step.ms);
                for (const [path, placed] of model) {
                  if (placed.movesAt === undefined || placed.movesAt > now) continue;
                  const group = placed.finding.verdict.kind;
                  model.set(path, { ...placed, group, movesAt: undefined });
                }
            }
            checkAgainst(model, filter, comparison, limit);
          }
          comparison.dispose();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps a finished row in its place for two seconds, ticked', () => {
    const comparison = new Comparison(target);
    comparison.place(finding('a', { kind: 'missing-in-cloud' }));
    comparison.setActivity('a' as FilePath, { kind: 'under-way', work: 'back-up' });
    comparison.finish(finding('a', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
    mock.timers.tick(finishedRowMs - 1);
    const [row] = topRows(comparison, 'missing-in-cloud').rows;
    assert.ok(row?.kind === 'file' && row.activity?.kind === 'finished');
    // The numbers are true at once.
    const { groups: numbers, rows, proved } = comparison.totals();
    assert.deepEqual([numbers['missing-in-cloud'].files, rows['missing-in-cloud']], [0, 1]);
    assert.deepEqual([numbers['up-to-date'].files, rows['up-to-date'], proved], [1, 0, 1]);
    mock.timers.tick(1);
    assert.equal(topRows(comparison, 'missing-in-cloud').total, 0);
    const [moved] = topRows(comparison, 'up-to-date').rows;
    assert.ok(moved?.kind === 'file' && moved.activity === undefined);
    assert.equal(comparison.totals().proved, 1);
  });

  it('moves a row only from group to group, and a number only with its verdict', () => {
    const comparison = new Comparison(target);
    for (const path of ['d/1', 'd/2']) {
      comparison.place(finding(path, { kind: 'missing-in-cloud' }));
    }
    const methods = (['put', 'take'] as const).map(name => ({
      name,
      calls: mock.method(GroupTree.prototype, name).mock,
    }));
    const moves = () => {
      const made = methods.flatMap(({ name, calls }) =>
        calls.calls.map(call => `${name} ${call.arguments[1]}`),
      );
      for (const { calls } of methods) calls.resetCalls();
      return made.sort();
    };
    try {
      const path = 'd/1' as FilePath;
      comparison.setActivity(path, { kind: 'waiting' });
      comparison.setActivity(path, { kind: 'under-way', work: 'back-up' });
      assert.deepEqual(moves(), []);
      const page = comparison.children(
        { group: 'missing-in-cloud', path: 'd' as FilePath },
        'tree',
        0,
        9,
      );
      const shown = page.rows.map(row => row.kind === 'file' && [row.path, row.activity?.kind]);
      assert.deepEqual(shown, [
        ['d/1', 'under-way'],
        ['d/2', undefined],
      ]);
      comparison.finish(finding('d/1', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
      // It counts as up to date, and as proved, and no longer as missing.
      assert.deepEqual(moves(), ['put number', 'put number', 'take number']);
      mock.timers.tick(finishedRowMs);
      assert.deepEqual(moves(), ['put row', 'take row']);
    } finally {
      mock.restoreAll();
    }
  });

  it('means by a group what it holds by verdict, wherever a finished row still is', () => {
    const comparison = new Comparison(target);
    for (const path of ['d/1', 'd/2', '3']) {
      comparison.place(finding(path, { kind: 'missing-in-cloud' }));
    }
    comparison.finish(finding('d/1', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
    const meant = (group: Group, path: string) =>
      [...comparison.atRow({ group, path: path as FilePath })].map(entry => entry.path).sort();
    assert.deepEqual(meant('up-to-date', ''), ['d/1']);
    assert.deepEqual(meant('up-to-date', 'd'), ['d/1']);
    assert.deepEqual(meant('missing-in-cloud', ''), ['3', 'd/2']);
    assert.deepEqual(meant('missing-in-cloud', 'd'), ['d/2']);
    assert.deepEqual(meant('missing-in-cloud', 'd/1'), ['d/1'], 'The row itself is still itself.');
    comparison.setFilter(rowFilter('2'));
    assert.deepEqual(meant('up-to-date', ''), []);
  });

  it('keeps the mark of work that begins on a row before it has moved', () => {
    const comparison = new Comparison(target);
    comparison.place(finding('a', { kind: 'missing-in-cloud' }));
    comparison.finish(finding('a', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
    comparison.setActivity('a' as FilePath, { kind: 'under-way', work: 'free-up' });
    mock.timers.tick(finishedRowMs);
    const [moved] = topRows(comparison, 'up-to-date').rows;
    assert.ok(moved?.kind === 'file');
    assert.equal(moved.activity?.kind, 'under-way');
  });

  it('does not move a finished row that has changed again meanwhile', () => {
    const comparison = new Comparison(target);
    comparison.place(finding('a', { kind: 'missing-in-cloud' }));
    comparison.finish(finding('a', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
    mock.timers.tick(1_000);
    comparison.place(finding('a', { kind: 'out-of-date', because: 'changed-since-comparison' }));
    mock.timers.tick(10_000);
    const a = comparison.get('a' as FilePath);
    assert.equal(a && groupOf(a), 'out-of-date');
    comparison.finish(finding('a', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
    comparison.remove('a' as FilePath);
    mock.timers.tick(10_000);
    assert.equal(comparison.totals().found, 0);
  });

  it('moves nothing after it was disposed', () => {
    const comparison = new Comparison(target);
    comparison.place(finding('a', { kind: 'missing-in-cloud' }));
    comparison.finish(finding('a', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
    let told = 0;
    comparison.onChanged = () => told++;
    comparison.dispose();
    mock.timers.tick(10_000);
    assert.equal(told, 0);
  });

  it('tells the groups that a path has left and entered', () => {
    const comparison = new Comparison(target);
    const told: (readonly Group[])[] = [];
    comparison.onChanged = changed => told.push(changed);
    comparison.place(finding('a', { kind: 'missing-in-cloud' }));
    comparison.place(finding('a', { kind: 'only-in-cloud' }));
    comparison.remove('a' as FilePath);
    comparison.remove('a' as FilePath);
    assert.deepEqual(
      told.map(changed => [...changed].sort()),
      [['missing-in-cloud'], ['missing-in-cloud', 'only-in-cloud'], ['only-in-cloud']],
    );
  });

  it('tells a row that changes where it stands, and no group where it is only marked', () => {
    const comparison = new Comparison(target);
    comparison.place(finding('a', { kind: 'missing-in-cloud' }));
    const told: unknown[] = [];
    comparison.onChanged = (changed, row) => told.push([changed, row?.group, row?.row.activity]);
    comparison.setActivity('a' as FilePath, { kind: 'waiting' });
    comparison.finish(finding('a', { kind: 'up-to-date', proof: 'uploaded' }), 'back-up');
    mock.timers.tick(2_000);
    const both = ['missing-in-cloud', 'up-to-date'];
    assert.deepEqual(told, [
      [[], 'missing-in-cloud', { kind: 'waiting' }],
      [both, 'missing-in-cloud', { kind: 'finished', work: 'back-up' }],
      [both, undefined, undefined],
    ]);
  });

  it('tells no more than the row where work begins on a file that is only in the cloud', async () => {
    const comparison = await comparisonOfCopies(['a', 'b']);
    const told: unknown[] = [];
    comparison.onChanged = (changed, row) => told.push([changed, row?.row.path]);
    comparison.setActivity('b' as FilePath, { kind: 'waiting' });
    assert.deepEqual(told, [[[], 'b']]);
  });

  it('says at a folder how many of its files are not backed up, in all groups', () => {
    const comparison = new Comparison(target);
    comparison.place(finding('d/1', { kind: 'up-to-date', proof: 'content' }));
    comparison.place(finding('d/2', { kind: 'missing-in-cloud' }));
    comparison.place(finding('d/e/3', { kind: 'out-of-date', because: 'size' }));
    comparison.place(finding('d/4', { kind: 'unchecked', failure }));
    comparison.place(finding('d/5', { kind: 'changed-in-cloud', because: 'refused' }));
    comparison.place(finding('d/6', { kind: 'only-in-cloud' }));
    comparison.place(
      finding('d/7', { kind: 'ignored', because: { kind: 'link' }, hiddenCopies: 0 }),
    );
    const [row] = topRows(comparison, 'up-to-date').rows;
    assert.ok(row?.kind === 'folder');
    assert.equal(row.notBackedUp, 4);
    assert.equal(row.ignored, 1);
    assert.deepEqual(row.totals, { files: 1, bytes: 1 });
  });

  it('shows folders first, and names in the order that people count in', () => {
    const comparison = new Comparison(target);
    for (const path of ['file10', 'file2', 'z/1', 'b/1', 'File1']) {
      comparison.place(finding(path, { kind: 'missing-in-cloud' }));
    }
    const { rows } = topRows(comparison, 'missing-in-cloud');
    assert.deepEqual(
      rows.map(({ path }) => path),
      ['b', 'z', 'File1', 'file2', 'file10'],
    );
  });
});
