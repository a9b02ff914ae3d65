import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { setAwsVariables } from '../../../dev/awsVariables';
import { checkByRclone } from '../../../dev/rclone';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { groupsToBackUp } from '../../../src/engine/comparison/differences';
import { inParallel } from '../../../src/engine/concurrency/parallel';
import { S3Connection } from '../../../src/engine/s3/s3Connection';
import { Transport } from '../../../src/engine/s3/transport';
import type { Engine } from '../../../src/engine/session/engine';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { FileRow } from '../../../src/protocol/rows';
import { groups } from '../../../src/protocol/verdicts';
import { writeTree } from '../disk/localTree';
import { startFaultProxy, type FaultProxy } from '../servers/faultProxy';
import { drawnFaults, type Fault } from '../servers/faults';
import { seededRandom, type SeededRandom } from '../suite/seededRandom';
import { seedsVariable } from '../suite/seeds';
import { aFolder } from './aFolder';
import { startEngine } from './startEngine';
import { assertNothingTwice } from './weatherRequests';
import { WeatherStory } from './weatherStory';

export interface WeatherRun {
  readonly server: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly seed: number;
  readonly files: number;
  /** Of a hundred requests, so many go wrong. */
  readonly percent: number;
  /** How often the files are changed and backed up again. */
  readonly rounds: number;
  /** Whether another program downloads and compares everything in the end, too. */
  readonly inTheEnd: 'compared-by-rclone' | 'restored-alone';
}

/** What a run has come to, for whoever wants to know that it was one. */
export interface WeatherResult {
  readonly requests: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** Green rows, and files that a report calls done, whose objects were downloaded and compared. */
  readonly compared: number;
  /** Copies that somebody else stored when a plan was made, and that stood. */
  readonly stood: number;
  readonly restored: number;
  /** Files that rclone has found to be the same on both sides, where it was asked. */
  readonly byRclone: number | undefined;
  /** Files that a batch or a comparison gave up for this time, by the reason. */
  readonly givenUp: Readonly<Partial<Record<FailureCode, number>>>;
}

/**
 * Backs files up over a wire that breaks in all ways, changes some of them, backs them up again, and
 * restores all into another folder over the same wire. Somebody else stores copies between plan and
 * batch. Throws where a row is green, or a file is called done, whose object is not the file, as
 * another client reads it past the wire; where somebody else's copy is replaced unseen; where a
 * report does not add up, in files or in bytes; where a file fails by a name that no fault explains;
 * where the store got the same bytes more than twice, or was asked more often than what went wrong
 * explains; or where the work does not come to its end.
 */
export async function backUpInBadWeather(run: WeatherRun): Promise<WeatherResult> {
  const { server, seed, files, percent } = run;
  const random = seededRandom(seed);
  const folder = await temporaryFolder('weather');
  const proxy = await startFaultProxy(server.endpoint);
  const restoreVariables = setAwsVariables(server);
  const bucket = `weather-${String(seed)}`;
  const { endpoint, region, ...credentials } = server;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const settings = { profile: undefined, region, endpoint: proxy.endpoint, forcePathStyle: true };
  const open = () =>
    startEngine({
      connect: (_, traffic) =>
        new S3Connection(settings, { traffic, transport: new Transport(patience) }),
    });
  const engine = open();
  const other = open();
  const story = new WeatherStory();
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const setup = await setupIn(folder.path, 'w', bucket);
    const contents = new Map<string, Buffer>();
    const watch: Watch = { client, engine, setup, contents, story };
    proxy.plan(drawnFaults(seed, percent));
    for (let round = 0; round < run.rounds; round++) {
      await changeFiles(setup.root, contents, { files, round, random });
      await untilGreen(watch, round);
    }
    const { root, prefix } = setup;
    const byRclone =
      run.inTheEnd === 'compared-by-rclone'
        ? await checkByRclone({ server, bucket, prefix, root })
        : undefined;
    if (byRclone !== undefined) assert.equal(byRclone, contents.size);
    const elsewhere = await setupIn(join(folder.path, 'elsewhere'), 'w', bucket);
    await untilRestored(other, elsewhere, story);
    for (const [path, bytes] of contents) {
      const restored = await readFile(join(elsewhere.root, path));
      assert.ok(restored.equals(bytes), `${path} was restored as another`);
    }
    assertNothingTwice(proxy.exchanges, { files, rounds: run.rounds, stood: story.stood });
    return { ...resultOf(story, proxy, contents.size), byRclone };
  } catch (error) {
    throw new Error(`with ${seedsVariable}=${String(seed)}`, { cause: error });
  } finally {
    engine.dispose();
    other.dispose();
    client.destroy();
    restoreVariables();
    await proxy.stop();
    await folder.remove();
  }
}

/** Short enough for a test, and long enough for a busy machine to answer. */
const patience = { stallTimeoutMs: 1_000, completionTimeoutMs: 2_000 };

/** How often a batch may be begun anew until everything has arrived. */
const mostTries = 12;

const never = new AbortController().signal;

async function setupIn(parent: string, name: string, bucket: string): Promise<FolderSetup> {
  const root = join(parent, name);
  await mkdir(root, { recursive: true });
  return aFolder({ id: pathToFileURL(root).href, root, bucket });
}

/** At first all are new; later a third of them gets other bytes of the same number. */
async function changeFiles(
  root: string,
  contents: Map<string, Buffer>,
  { files, round, random }: { files: number; round: number; random: SeededRandom },
): Promise<void> {
  const changed: Record<string, Buffer> = {};
  const sizeOf = (index: number) => (index === 0 ? (9 << 20) + 5 : random.below(20_000));
  for (let index = 0; index < files; index++) {
    const path = `${String(index % 7)}/file ${String(index)}`;
    const before = contents.get(path);
    if (before !== undefined && random.below(3) > 0) continue;
    changed[path] = drawnBytes(before?.byteLength ?? sizeOf(index), random);
    contents.set(path, changed[path]);
  }
  await writeTree(root, changed, Date.now() - 3_600_000 + round * 60_000);
}

/** No two stretches of it are the same, so that none can stand for another. */
function drawnBytes(size: number, random: SeededRandom): Buffer {
  const bytes = Buffer.alloc(size, random.bytes(64));
  for (let at = 0; at + 4 <= size; at += 1024) bytes.writeUInt32LE(at, at);
  return bytes;
}

/** Whoever runs the engine, and looks past it. */
interface Watch {
  readonly client: S3Client;
  readonly engine: Engine;
  readonly setup: FolderSetup;
  readonly contents: ReadonlyMap<string, Buffer>;
  readonly story: WeatherStory;
}

async function untilGreen(watch: Watch, round: number): Promise<void> {
  const { engine, setup, story } = watch;
  const folders = [{ setup, scope: { kind: 'all' } }] as const;
  for (let tries = 0; tries < mostTries; tries++) {
    if (!(await compared(engine, setup, story))) continue;
    await checkGreenRows(watch);
    const plan = await story.tried(() => engine.planBackUp({ folders }, never));
    if (plan === undefined) continue;
    const { planId, files } = plan;
    if (files === 0 && (await endConflicts(watch))) return;
    if (files === 0) continue;
    const taken = tries === 0 ? await storeBySomebodyElse(watch, round) : new Map<string, Buffer>();
    await runAndCheck(watch, planId, taken);
  }
  assert.fail('The files do not arrive.');
}

/** Somebody else's copies stand, what is called done has arrived, and is green. */
async function runAndCheck(
  watch: Watch,
  planId: number,
  taken: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const { engine, setup, contents, story } = watch;
  const report = await engine.run(planId, never);
  const { entries } = engine.reportPage({ planId, offset: 0, limit: 100_000 });
  story.hear(report, entries, new Set(taken.keys()));
  for (const [path, bytes] of taken) {
    assert.ok(bytes.equals(await storedAt(watch, path)), `the copy of ${path} was replaced`);
    story.stood++;
  }
  const done = entries.filter(({ kind }) => kind === 'done');
  const green = new Set((await checkGreenRows(watch)).map(({ path }) => path));
  for (const { path, bytes } of done) {
    assert.ok(green.has(path), `${path} is done, and not green in ${setup.name}`);
    assert.equal(bytes, contents.get(path)?.byteLength, path);
  }
}

/** Puts other bytes where the plan is to put ours, past the wire: each time at a few of the paths. */
async function storeBySomebodyElse(
  { client, engine, setup }: Watch,
  round: number,
): Promise<ReadonlyMap<string, Buffer>> {
  const taken = new Map<string, Buffer>();
  const due = rowsOf(engine, setup).filter(({ verdict: { kind } }) =>
    groupsToBackUp.includes(kind),
  );
  for (const { path } of due.slice(0, 3)) {
    const body = Buffer.from(`somebody else, ${String(round)}`);
    const Key = setup.prefix + path;
    await client.send(new PutObjectCommand({ Bucket: setup.bucket, Key, Body: body }));
    taken.set(path, body);
  }
  return taken;
}

/** Decides for what is here, where there are conflicts; says whether there were none. */
async function endConflicts(watch: Watch): Promise<boolean> {
  const { engine, setup, story } = watch;
  const scope = { kind: 'resources', paths: [setup.root] } as const;
  const chosen = await story.tried(() => engine.conflicts({ folders: [{ setup, scope }] }, never));
  if (chosen === undefined) return false;
  const files = chosen.flatMap(({ conflicts }) => conflicts);
  if (files.length === 0) return true;
  const mine = [{ setup, scope: { kind: 'mine', files } }] as const;
  const plan = await story.tried(() => engine.planBackUp({ folders: mine }, never));
  if (plan !== undefined) await runAndCheck(watch, plan.planId, new Map());
  return false;
}

async function untilRestored(
  engine: Engine,
  setup: FolderSetup,
  story: WeatherStory,
): Promise<void> {
  const folders = [{ setup, scope: { kind: 'all' } }] as const;
  for (let tries = 0; tries < mostTries; tries++) {
    if (!(await compared(engine, setup, story))) continue;
    const plan = await story.tried(() => engine.planRestore({ folders }, never));
    if (plan === undefined) continue;
    const { planId, files } = plan;
    if (files === 0) return;
    const report = await engine.run(planId, never);
    const { entries } = engine.reportPage({ planId, offset: 0, limit: 100_000 });
    story.hear(report, entries, new Set());
  }
  assert.fail('The copies do not arrive.');
}

async function compared(engine: Engine, setup: FolderSetup, story: WeatherStory): Promise<boolean> {
  const done = await story.tried(() => engine.compare([setup], never).then(() => 'done'));
  return done !== undefined;
}

/** Returns those that are green: each is in the store, byte by byte. */
async function checkGreenRows(watch: Watch): Promise<readonly FileRow[]> {
  const { engine, setup, contents, story } = watch;
  const rows = rowsOf(engine, setup).filter(({ verdict }) => verdict.kind === 'up-to-date');
  await inParallel(rows, 16, async ({ path }) => {
    const stored = await storedAt(watch, path);
    assert.ok(contents.get(path)?.equals(stored), `${path} is green, and its copy is another`);
  });
  story.compared += rows.length;
  return rows;
}

/** Of all groups: what has just arrived keeps its place for a moment, with its new verdict. */
function rowsOf(engine: Engine, { id }: FolderSetup): readonly FileRow[] {
  return groups.flatMap(group => {
    const node = { folder: id, group, path: '' as FilePath };
    const { rows } = engine.children({ node, layout: 'list', offset: 0, limit: 100_000 });
    return rows.filter(row => row.kind === 'file');
  });
}

/** By a client that is not the engine's, past the wire. */
async function storedAt({ client, setup }: Watch, path: string): Promise<Buffer> {
  const { Body: body } = await client.send(
    new GetObjectCommand({ Bucket: setup.bucket, Key: setup.prefix + path }),
  );
  return Buffer.from((await body?.transformToByteArray()) ?? []);
}

function resultOf(
  { compared, stood, givenUp }: WeatherStory,
  proxy: FaultProxy,
  restored: number,
): Omit<WeatherResult, 'byRclone'> {
  const { requests, met } = proxy;
  return { requests, faults: Object.fromEntries(met), compared, stood, restored, givenUp };
}
