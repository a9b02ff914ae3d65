import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { setAwsVariables } from '../../../dev/awsVariables';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { inParallel } from '../../../src/engine/concurrency/parallel';
import { Failure } from '../../../src/engine/failures/failure';
import { S3Connection } from '../../../src/engine/s3/s3Connection';
import { Transport } from '../../../src/engine/s3/transport';
import type { Engine } from '../../../src/engine/session/engine';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { Report } from '../../../src/protocol/reports';
import { writeTree } from '../disk/localTree';
import { startFaultProxy, type FaultProxy } from '../servers/faultProxy';
import { drawnFaults, type Fault } from '../servers/faults';
import { seededRandom, type SeededRandom } from '../suite/seededRandom';
import { seedsVariable } from '../suite/seeds';
import { aFolder } from './aFolder';
import { startEngine } from './startEngine';

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
}

/** What a run has come to, for whoever wants to know that it was one. */
export interface WeatherResult {
  readonly requests: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** Green rows whose objects were downloaded and compared. */
  readonly compared: number;
  readonly restored: number;
  /** Files that a batch or a comparison gave up for this time, by the reason. */
  readonly givenUp: Readonly<Partial<Record<FailureCode, number>>>;
}

/**
 * Backs files up over a wire that breaks in all ways, changes some of them, backs them up again, and
 * restores all into another folder over the same wire. Throws where a row is green whose object is
 * not the file, as another client reads it past the wire; where a report does not add up; where a
 * file fails by a name that no fault explains; or where the work does not come to its end.
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
  const story = new Story();
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const setup = await setupIn(folder.path, 'w', bucket);
    const contents = new Map<string, Buffer>();
    proxy.plan(drawnFaults(seed, percent));
    for (let round = 0; round < run.rounds; round++) {
      await changeFiles(setup.root, contents, { files, round, random });
      await untilGreen(engine, setup, story, async () => {
        story.compared += await checkGreenRows(client, engine, setup, contents);
      });
    }
    const elsewhere = await setupIn(join(folder.path, 'elsewhere'), 'w', bucket);
    await untilRestored(other, elsewhere, story);
    for (const [path, bytes] of contents) {
      const restored = await readFile(join(elsewhere.root, path));
      assert.ok(restored.equals(bytes), `${path} was restored as another`);
    }
    return resultOf(story, proxy, contents.size);
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

/** What a wire that breaks may keep a file, or a comparison, from getting through by. */
const explained: ReadonlySet<FailureCode> = new Set([
  'unreachable',
  'timed-out',
  'store-busy',
  'store-error',
  'clock-skew',
  // A refusal of HEAD has no text that could name the clock.
  'access-denied',
  'file-refused',
]);

/** What has happened so far. */
class Story {
  compared = 0;
  readonly givenUp: Partial<Record<FailureCode, number>> = {};

  giveUp(code: FailureCode, times = 1): void {
    assert.ok(explained.has(code), `No fault explains ${code}.`);
    this.givenUp[code] = (this.givenUp[code] ?? 0) + times;
  }

  hear(report: Report): void {
    const { planned, done, failed, skipped, cancelled, reasons, problems } = report;
    assert.equal(done + failed + skipped + cancelled, planned, 'The report adds up.');
    assert.deepEqual([skipped, cancelled], [0, 0], JSON.stringify(reasons));
    for (const { failure } of problems) {
      assert.ok(explained.has(failure.code), `No fault explains ${JSON.stringify(failure)}.`);
    }
    for (const [code, times] of Object.entries(reasons)) this.giveUp(code as FailureCode, times);
  }
}

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
    changed[path] = Buffer.alloc(before?.byteLength ?? sizeOf(index), random.bytes(64));
    contents.set(path, changed[path]);
  }
  await writeTree(root, changed, Date.now() - 3_600_000 + round * 60_000);
}

async function untilGreen(
  engine: Engine,
  setup: FolderSetup,
  story: Story,
  check: () => Promise<void>,
): Promise<void> {
  const folders = [{ setup, scope: { kind: 'all' } }] as const;
  for (let tries = 0; tries < mostTries; tries++) {
    if (!(await compared(engine, setup, story))) continue;
    await check();
    const { planId, files } = await engine.planBackUp({ folders }, never);
    if (files === 0) return;
    story.hear(await engine.run(planId, never));
    await check();
  }
  assert.fail('The files do not arrive.');
}

async function untilRestored(engine: Engine, setup: FolderSetup, story: Story): Promise<void> {
  const folders = [{ setup, scope: { kind: 'all' } }] as const;
  for (let tries = 0; tries < mostTries; tries++) {
    if (!(await compared(engine, setup, story))) continue;
    const { planId, files } = await engine.planRestore({ folders }, never);
    if (files === 0) return;
    story.hear(await engine.run(planId, never));
  }
  assert.fail('The copies do not arrive.');
}

async function compared(engine: Engine, setup: FolderSetup, story: Story): Promise<boolean> {
  try {
    await engine.compare([setup], never);
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    story.giveUp(error.code);
    return false;
  }
}

/** Returns how many there are. */
async function checkGreenRows(
  client: S3Client,
  engine: Engine,
  { id, bucket, prefix }: FolderSetup,
  contents: ReadonlyMap<string, Buffer>,
): Promise<number> {
  const node = { folder: id, group: 'up-to-date', path: '' as FilePath } as const;
  const { rows } = engine.children({ node, layout: 'list', offset: 0, limit: 100_000 });
  await inParallel(rows, 16, async ({ path }) => {
    const { Body: body } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: prefix + path }),
    );
    const stored = Buffer.from((await body?.transformToByteArray()) ?? []);
    assert.ok(contents.get(path)?.equals(stored), `${path} is green, and its copy is another`);
  });
  return rows.length;
}

function resultOf(
  { compared, givenUp }: Story,
  proxy: FaultProxy,
  restored: number,
): WeatherResult {
  const { requests, met } = proxy;
  return { requests, faults: Object.fromEntries(met), compared, restored, givenUp };
}
