import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { setAwsVariables } from '../../dev/awsVariables';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { Failure } from '../../src/engine/failures/failure';
import type { Receipts } from '../../src/engine/records/receiptStore';
import type { Engine } from '../../src/engine/session/engine';
import { storeOf } from '../../src/protocol/endpoint';
import type { FilePath, FolderSetup } from '../../src/protocol/folders';
import type { Report } from '../../src/protocol/reports';
import { groups, type Verdict } from '../../src/protocol/verdicts';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { writeTree } from '../support/disk/localTree';
import { receiptsInMemory } from '../support/memory/recordsInMemory';
import { quirkyBucket } from '../support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../support/servers/quirkyStore';
import { quirks } from '../support/servers/quirks';
import {
  expected,
  inCloudOnly,
  local,
  mapValues,
  works,
  type ByPath,
  type FailureOfAll,
  type Outcome,
} from './quirks/outcomes';

describe('The whole job with a store that is odd in one way', function () {
  this.timeout(120_000);
  let restoreVariables: () => void;
  let store: QuirkyStore;
  let folder: TemporaryFolder;

  before(() => {
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
  });
  after(() => {
    restoreVariables();
  });
  beforeEach(async () => {
    store = await startQuirkyStore();
    folder = await temporaryFolder('quirks');
  });
  afterEach(async () => {
    await store.stop();
    await folder.remove();
  });

  for (const [what, quirk] of Object.entries(quirks)) {
    it(`comes to what is right: ${what}`, async () => {
      const receipts = receiptsInMemory();
      await prepare(receipts);
      store.quirks = quirk();
      const outcome = await doJob(receipts);
      assert.deepEqual(outcome, expected[what] ?? works);
      requireNoByteTooOften(outcome.backedUp);
    });
  }

  /** Files on both sides, and one that was let go here. */
  async function prepare(receipts: Receipts): Promise<void> {
    await writeTree(join(folder.path, 'here'), local, Date.UTC(2024, 0));
    await mkdir(join(folder.path, 'restored'));
    store.place('w/same.txt', 'same', Date.UTC(2025, 0));
    store.place('w/old.txt', 'old', Date.UTC(2023, 0));
    store.place('w/old.bin', 'old', Date.UTC(2023, 0));
    const etag = store.place('w/freed.txt', 'freed', Date.UTC(2023, 0));
    const { folderId, bucket, prefix } = setupOf('here');
    receipts.of({ folderId, store: storeOf(store.endpoint), bucket, prefix }).put({
      local: {
        path: 'freed.txt' as FilePath,
        size: 5,
        mtimeNs: 1n,
        ctimeNs: 1n,
        inode: 1n,
      },
      sha256: hash('sha256', 'freed'),
      etag,
      crc32: undefined,
      versionId: undefined,
      hashBegan: 1,
      provedAt: Date.UTC(2024, 0),
      freedAt: Date.UTC(2024, 0),
    });
  }

  async function doJob(receipts: Receipts): Promise<Outcome> {
    const here = setupOf('here');
    const backup = startEngine({ receipts });
    // Nothing is proved in the background, which could end before or after files are freed.
    backup.attend('away');
    const elsewhere = startEngine();
    try {
      return {
        compared: await compare(backup, here),
        backedUp: await backUp(backup, here),
        comparedAgain: await compare(backup, here),
        restored: await restore(elsewhere, setupOf('restored')),
        ...(await freeAndRestore(backup, here)),
      };
    } finally {
      backup.dispose();
      elsewhere.dispose();
    }
  }

  async function compare(backup: Engine, setup: FolderSetup): Promise<ByPath | FailureOfAll> {
    const failed = await failureOf(backup.compare([setup], signal()));
    if (failed !== undefined) {
      assert.deepEqual(verdicts(backup, setup), {}, 'nothing is called anything');
      return failed;
    }
    const rows = verdicts(backup, setup);
    for (const [path, { kind }] of Object.entries(rows)) requireTrue(path, kind);
    return mapValues(rows, inShort);
  }

  /** Whatever the store says, what is told of a file must be so. */
  function requireTrue(path: string, kind: Verdict['kind']): void {
    const stored = store.bytes(`w/${path}`);
    assert.notEqual(kind, 'lost');
    if (kind === 'missing-in-cloud') assert.equal(stored, undefined, `${path} is not missing`);
    if (kind === 'up-to-date') requireSame(path, stored);
  }

  function requireSame(path: string, bytes: Buffer | undefined): void {
    const right = Buffer.from(local[path] ?? inCloudOnly['freed.txt']);
    assert.ok(bytes?.equals(right) === true, `${path} has other bytes`);
  }

  async function backUp(backup: Engine, setup: FolderSetup): Promise<ByPath | FailureOfAll> {
    const scope = { kind: 'all' } as const;
    const planning = backup.planBackUp({ folders: [{ setup, scope }] }, signal());
    const failed = await failureOf(planning);
    if (failed !== undefined) return failed;
    const { planId } = await planning;
    const report = await backup.run(planId, signal());
    const outcome = outcomeOf(backup, report);
    for (const [path, end] of Object.entries(outcome)) {
      if (end === 'done') requireSame(path, store.bytes(`w/${path}`));
    }
    return outcome;
  }

  async function freeAndRestore(
    backup: Engine,
    setup: FolderSetup,
  ): Promise<Pick<Outcome, 'freed' | 'comparedAfterwards' | 'cameBack'>> {
    const freed = await freeUp(backup, setup);
    const gone = typeof freed === 'string' ? [] : donePaths(freed);
    assert.deepEqual(await filesHere(), Object.keys(local).filter(isNotIn(gone)).toSorted());
    const comparedAfterwards = await compare(backup, setup);
    const listed = typeof comparedAfterwards === 'string' ? {} : comparedAfterwards;
    const cameBack = await restore(backup, setup);
    // Whatever the store does: what has been freed is found there, and comes back.
    for (const path of gone) {
      assert.equal(listed[path], 'only-in-cloud');
      await requireHere(path);
    }
    return { freed, comparedAfterwards, cameBack };
  }

  /** Frees all that may go; what is kept without being tried is not in the outcome. */
  async function freeUp(backup: Engine, setup: FolderSetup): Promise<ByPath | FailureOfAll> {
    const scope = { kind: 'all' } as const;
    const planning = backup.planFreeUp({ folders: [{ setup, scope }] }, signal());
    const failed = await failureOf(planning);
    if (failed !== undefined) return failed;
    const { planId, files } = await planning;
    if (files === 0) return {};
    backup.chooseFreeUpMethod({ planId, method: 'delete' });
    return outcomeOf(backup, await backup.run(planId, signal()));
  }

  async function filesHere(): Promise<readonly string[]> {
    return (await readdir(join(folder.path, 'here'))).toSorted();
  }

  async function requireHere(path: string): Promise<void> {
    const bytes = await readFile(join(folder.path, 'here', path));
    assert.ok(bytes.equals(Buffer.from(local[path]!)), `${path} came back with other bytes`);
  }

  async function restore(backup: Engine, setup: FolderSetup): Promise<ByPath | FailureOfAll> {
    const failed = await failureOf(backup.compare([setup], signal()));
    if (failed !== undefined) return failed;
    const scope = { kind: 'all' } as const;
    const { planId } = await backup.planRestore({ folders: [{ setup, scope }] }, signal());
    const outcome = outcomeOf(backup, await backup.run(planId, signal()));
    for (const [path, end] of Object.entries(outcome)) {
      const restored = readFile(join(setup.root, path));
      if (end !== 'done') await assert.rejects(restored, { code: 'ENOENT' });
      else assert.ok((await restored).equals(store.bytes(`w/${path}`)!), `${path} differs`);
    }
    return outcome;
  }

  /**
   * A file is sent once, and once more where the store minds a header; one that it always refuses,
   * as often as any request is tried.
   */
  function requireNoByteTooOften(backedUp: Outcome['backedUp']): void {
    const sent = new Map<string, number>();
    for (const { kind, key, body } of store.requests) {
      if (kind === 'put' || kind === 'part') sent.set(key, (sent.get(key) ?? 0) + body.length);
    }
    if (typeof backedUp === 'string') return;
    for (const [path, end] of Object.entries(backedUp)) {
      const times = (sent.get(`w/${path}`) ?? 0) / Buffer.from(local[path]!).length;
      const limit = end === 'file-refused' ? 5 : 2;
      assert.ok(times <= limit, `${path} was sent ${times.toFixed(1)} times`);
    }
  }

  function setupOf(name: 'here' | 'restored'): FolderSetup {
    const root = join(folder.path, name);
    return aFolder({
      id: pathToFileURL(root).href,
      folderId: name,
      root,
      bucket: quirkyBucket,
      settings: { endpoint: store.endpoint, region: 'us-east-1', forcePathStyle: true },
    });
  }
});

async function failureOf(work: Promise<unknown>): Promise<FailureOfAll | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return `failed: ${error.code}`;
  }
}

function verdicts(backup: Engine, { id: folder }: FolderSetup): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(
    groups.flatMap(group => {
      const node = { folder, group, path: '' as FilePath };
      const { rows } = backup.children({ node, layout: 'list', offset: 0, limit: 100 });
      return rows.flatMap(row => (row.kind === 'file' ? [[row.path, row.verdict] as const] : []));
    }),
  );
}

function inShort(verdict: Verdict): string {
  return verdict.kind === 'unchecked' ? `unchecked: ${verdict.failure.code}` : verdict.kind;
}

function donePaths(outcome: ByPath): readonly string[] {
  return Object.keys(outcome).filter(path => outcome[path] === 'done');
}

function isNotIn(paths: readonly string[]): (path: string) => boolean {
  return path => !paths.includes(path);
}

/** What became of each file of a batch. */
function outcomeOf(backup: Engine, { planId, planned, ...report }: Report): ByPath {
  const { entries } = backup.reportPage({ planId, offset: 0, limit: 100 });
  assert.equal(entries.length, planned);
  assert.equal(report.done + report.failed + report.skipped + report.cancelled, planned);
  return Object.fromEntries(
    entries.map(({ path, kind, failure }) => [path, failure === undefined ? kind : failure.code]),
  );
}

function signal(): AbortSignal {
  return AbortSignal.timeout(50_000);
}
