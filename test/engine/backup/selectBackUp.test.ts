import assert from 'node:assert/strict';

import type { Bucket, Versioning } from '../../../src/engine/ports/bucket';
import { Comparison } from '../../../src/engine/comparison/comparison';
import type { Entry } from '../../../src/engine/comparison/entry';
import type { Finding } from '../../../src/engine/compare/finding';
import type { ComparisonJob, Route } from '../../../src/engine/comparison/job';
import {
  selectBackUp,
  selectSteps,
  type BackUpSelection,
  type SelectBackUpDeps,
} from '../../../src/engine/backup/selectBackUp';
import { summarizeBackUp } from '../../../src/engine/backup/summarizeBackUp';
import { volumesIn, type VolumeTop } from '../../../src/engine/disk/volumesBelow';
import type { FilePath } from '../../../src/protocol/folders';
import type { Activity } from '../../../src/protocol/rows';
import type { Verdict } from '../../../src/protocol/verdicts';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { aCloudFile, aLocalFile } from '../../support/engine/aFile';
import { routeInMemory } from '../../support/memory/routeInMemory';
import { temporaryFolder } from '../../../dev/temporaryFolder';

const bucket: Bucket = memoryBucket();
const route: Route = routeInMemory({ root: '/w', bucket, prefix: 'w/' });
const { signal } = new AbortController();
const failure = { code: 'unreachable', subject: 'x', cause: undefined } as const;

function withVersioning(kind: Versioning): Bucket {
  return { ...bucket, clockOffsetMs: 0, versioning: () => Promise.resolve(kind) };
}

interface Sides {
  readonly local?: number;
  readonly etag?: string;
}

function entry(path: string, verdict: Verdict, sides: Sides, activity?: Activity): Entry {
  const at = path as FilePath;
  const { local: size, etag } = sides;
  const cloud = aCloudFile({ path: at, size: 9, etag: etag ?? '' });
  const finding: Finding = {
    path: at,
    isFolder: false,
    local: size === undefined ? undefined : aLocalFile({ path: at, size }),
    cloud: etag === undefined ? undefined : cloud,
    verdict,
  };
  const comparison = new Comparison(route.target);
  comparison.place(finding);
  comparison.setActivity(at, activity);
  const placed = comparison.get(at);
  assert.ok(placed !== undefined);
  return placed;
}

const missing: Verdict = { kind: 'missing-in-cloud' };
const outOfDate: Verdict = { kind: 'out-of-date', because: 'size' };

describe('A plan to back up', () => {
  it('takes what is missing or out of date, each under the condition of what was seen', () => {
    const { steps, excluded } = selectSteps(route, [
      entry('a', missing, { local: 1 }),
      entry('b', outOfDate, { local: 2, etag: 'seen' }),
    ]);
    assert.deepEqual(
      steps.map(({ path, condition, local }) => [path, condition, local.size]),
      [
        ['a', { kind: 'absent' }, 1],
        ['b', { kind: 'unchanged', etag: 'seen' }, 2],
      ],
    );
    assert.ok(steps.every(step => step.route === route));
    assert.deepEqual(excluded, {});
  });

  it('leaves everything else alone, and counts it', () => {
    const { steps, excluded } = selectSteps(route, [
      entry('u1', { kind: 'up-to-date', proof: 'content' }, { local: 1, etag: 'e' }),
      entry('u2', { kind: 'up-to-date', proof: 'name-and-time' }, { local: 1, etag: 'e' }),
      entry('c', { kind: 'changed-in-cloud', because: 'newer-there' }, { local: 1, etag: 'e' }),
      entry('o', { kind: 'only-in-cloud' }, { etag: 'e' }),
      entry('k', { kind: 'unchecked', failure }, { local: 1 }),
      entry('i', { kind: 'ignored', because: { kind: 'link' }, hiddenCopies: 0 }, {}),
      // Out of date without the copy that would have to be seen for it.
      entry('x', outOfDate, { local: 1 }),
    ]);
    assert.deepEqual(steps, []);
    assert.deepEqual(excluded, {
      'up-to-date': 2,
      'changed-in-cloud': 1,
      'only-in-cloud': 1,
      unchecked: 1,
      ignored: 1,
      'out-of-date': 1,
    });
  });

  it('names what waits for a decision, and nothing else, with its size where it is here', () => {
    const changed: Verdict = { kind: 'changed-in-cloud', because: 'newer-there' };
    const { leftAlone } = selectSteps(route, [
      entry('here', changed, { local: 5, etag: 'e' }),
      entry('gone', changed, { etag: 'e' }),
      entry('u', { kind: 'up-to-date', proof: 'content' }, { local: 1, etag: 'e' }),
    ]);
    const because = 'changed-in-cloud';
    assert.deepEqual(leftAlone, [
      { kind: 'left-alone', step: { route, path: 'here' }, bytes: 5, because },
      { kind: 'left-alone', step: { route, path: 'gone' }, bytes: 0, because },
    ]);
    assert.deepEqual(selectSteps(route, [entry('a', missing, { local: 1 })]).leftAlone, []);
  });

  it('sends nothing that is not here, whatever its verdict says', () => {
    assert.deepEqual(selectSteps(route, [entry('a', missing, {})]).steps, []);
  });

  it('sends nothing twice that is on its way, and whatever its verdict says otherwise', () => {
    const chosen = (activity: Activity | undefined) =>
      selectSteps(route, [entry('a', missing, { local: 1 }, activity)]).steps.length;
    assert.equal(chosen(undefined), 1);
    assert.equal(chosen({ kind: 'failed', failure }), 1);
    assert.equal(chosen({ kind: 'waiting' }), 0);
    assert.equal(chosen({ kind: 'under-way', work: 'back-up' }), 0);
    assert.equal(chosen({ kind: 'finished', work: 'restore' }), 1);
  });

  it('takes those whose conflict was decided, and counts the size that they replace', async () => {
    const changed: Verdict = { kind: 'changed-in-cloud', because: 'newer-there' };
    const comparison = new Comparison(route.target);
    for (const placed of [
      entry('a', changed, { local: 1, etag: 'now' }),
      entry('gone', changed, { etag: 'now' }),
      entry('ended', { kind: 'up-to-date', proof: 'content' }, { local: 1, etag: 'now' }),
    ]) {
      comparison.place({ ...placed, isFolder: false });
    }
    const files = ['a', 'gone', 'ended'].map(path => ({ path: path as FilePath, etag: 'shown' }));
    const { steps, excluded, leftAlone } = await selectBackUp(
      { comparisons: { requireCurrent: () => comparison } } as unknown as SelectBackUpDeps,
      { job: route as ComparisonJob, scope: { kind: 'mine', files } },
      signal,
    );
    assert.deepEqual(
      steps.map(({ path, condition, replaces }) => [path, condition, replaces]),
      [['a', { kind: 'unchanged', etag: 'shown' }, 9]],
    );
    assert.deepEqual(excluded, { 'changed-in-cloud': 1, 'up-to-date': 1 });
    assert.deepEqual(leftAlone, []);
  });

  it('has the receipts know each volume that its files are on, and none that is not told', async () => {
    const folder = await temporaryFolder('volumes');
    try {
      const noted: VolumeTop[][] = [];
      for (const root of [folder.path, '/nowhere']) {
        const there = routeInMemory({ root, bucket, prefix: 'w/' });
        there.receipts.noteVolumes = tops => {
          noted.push([...tops]);
        };
        selectSteps(
          there,
          ['a', 'b'].map(path => entry(path, missing, { local: 1 })),
        );
      }
      assert.deepEqual(noted, [volumesIn(folder.path, []), []]);
    } finally {
      await folder.remove();
    }
  });

  it('goes in the order of the paths, in whatever order they come', () => {
    const paths = ['z', 'b/2', 'a', 'b/1', 'b', 'a.txt'];
    const order = (from: readonly string[]) =>
      selectSteps(
        route,
        from.map(path => entry(path, missing, { local: 1 })),
      ).steps.map(({ path }) => path);
    assert.deepEqual(order(paths), ['a', 'a.txt', 'b', 'b/1', 'b/2', 'z']);
    assert.deepEqual(order([...paths].reverse()), order(paths));
  });

  it('says in numbers what it would do, and what it would replace', async () => {
    const keeping = { ...route, bucket: withVersioning('enabled') };
    const one = selectSteps(keeping, [
      entry('a', missing, { local: 10 }),
      ...['b', 'c', 'd', 'e'].map(path => entry(path, outOfDate, { local: 1, etag: 'e' })),
      entry('u', { kind: 'up-to-date', proof: 'content' }, { local: 1, etag: 'e' }),
    ]);
    const other = selectSteps(route, [
      entry('v', { kind: 'up-to-date', proof: 'content' }, { local: 1, etag: 'e' }),
      entry('k', { kind: 'unchecked', failure }, { local: 1 }),
    ]);
    const plan = { id: 7, steps: [...one.steps, ...other.steps] };
    const kept = async (...versioning: Versioning[]) => {
      const steps = versioning.flatMap(
        kind =>
          selectSteps({ ...route, bucket: withVersioning(kind) }, [
            entry('b', outOfDate, { local: 1, etag: 'e' }),
          ]).steps,
      );
      const summary = await summarizeBackUp({ id: 7, steps }, [], signal);
      return summary.unknownOrigin.keepsVersions;
    };
    assert.deepEqual(await summarizeBackUp(plan, [one, other], signal), {
      planId: 7,
      files: 5,
      bytes: 14,
      preview: {
        folders: ['file:///w'],
        requests: 5,
        largest: ['a', 'b', 'c', 'd', 'e'].map(path => ({
          folder: 'file:///w',
          path,
          bytes: path === 'a' ? 10 : 1,
        })),
        bulky: [],
      },
      unknownOrigin: { files: 4, originals: 0, examples: ['b', 'c', 'd'], keepsVersions: true },
      manyReplaced: undefined,
      wouldEmpty: 0,
      unaskedSecrets: 0,
      excluded: { 'up-to-date': 2, unchecked: 1 },
      ignored: undefined,
    });
    assert.equal(await kept('enabled', 'enabled'), true);
    for (const other of ['off', 'suspended', 'unknown'] as const) {
      assert.equal(await kept('enabled', other), false);
    }
  });

  it('names the ten largest files', async () => {
    const { steps } = selectSteps(
      route,
      Array.from({ length: 30 }, (_, n) => entry(String(n), missing, { local: n })),
    );
    const { largest } = (await summarizeBackUp({ id: 1, steps }, [], signal)).preview;
    assert.deepEqual(
      largest.map(({ bytes }) => bytes),
      [29, 28, 27, 26, 25, 24, 23, 22, 21, 20],
    );
  });

  it('asks for versions only where it replaces something', async () => {
    const stepsIn = (kind: Versioning, one: Entry) =>
      selectSteps({ ...route, bucket: withVersioning(kind) }, [one]).steps;
    const steps = [
      ...stepsIn('off', entry('a', missing, { local: 1 })),
      ...stepsIn('enabled', entry('b', outOfDate, { local: 1, etag: 'e' })),
    ];
    const { unknownOrigin } = await summarizeBackUp({ id: 1, steps }, [], signal);
    assert.equal(unknownOrigin.keepsVersions, true);
  });

  it('tells of many copies that it would replace, more than a hundred', async () => {
    const replacing = (count: number) =>
      Array.from({ length: count }, (_, n) => entry(String(n), outOfDate, { local: 1, etag: 'e' }));
    const told = async (kind: Versioning, entries: readonly Entry[]) => {
      const { steps } = selectSteps({ ...route, bucket: withVersioning(kind) }, entries);
      return (await summarizeBackUp({ id: 1, steps }, [], signal)).manyReplaced;
    };
    const fresh = entry('new', missing, { local: 1 });
    assert.equal(await told('off', [...replacing(100), fresh]), undefined);
    const many = [...replacing(101), fresh];
    assert.deepEqual(await told('off', many), { files: 101, keepsVersions: false });
    assert.deepEqual(await told('enabled', many), { files: 101, keepsVersions: true });
  });

  it('names the ignored file that was asked for, where it was asked for alone', async () => {
    const ignored = { path: 'x' as FilePath, because: { kind: 'link' } } as const;
    const one = { ...selectSteps(route, []), ignored };
    const told = async (selections: readonly BackUpSelection[]) =>
      (await summarizeBackUp({ id: 1, steps: [] }, selections, signal)).ignored;
    assert.deepEqual(await told([one]), ignored);
    assert.equal(await told([one, one]), undefined);
    assert.equal(await told([]), undefined);
  });
});
