import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildBareServer, startBareServer, type BareServer } from '../../bench/bareServer';
import { ours, type Job, type Place } from '../../bench/contestants';
import { runMeasured } from '../../bench/measureRuns';
import { makeFiles } from '../../bench/workloads';
import { requestCosts } from '../../dev/requestCosts';
import { maxPlaces } from '../../src/engine/network/concurrencyLevel';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { skipSuite } from '../support/suite/skipSuite';

const files = 1_200;
const large = 20 << 20;
/** What a run takes with a comparison of so many files, on any machine. */
const maxPeakBytes = 300e6;

/*
 * The bench in small: what a run asks of a store and of the machine does not depend on how busy the
 * machine is, as times do. `docs/cost.md` tells these numbers.
 */
describe('What a run costs', function () {
  this.timeout(120_000);
  let server: BareServer;
  let program: string;
  let home: TemporaryFolder;
  let isStarted = false;
  let root: string;

  before(async function () {
    const built = await buildBareServer().catch((error: unknown) => new Error(String(error)));
    if (built instanceof Error) skipSuite(this, `the bench's server needs Go: ${built.message}`);
    program = built;
    server = await startBareServer(program, 0);
    home = await temporaryFolder('cost');
    root = join(home.path, 'project');
    mkdirSync(root);
    await makeFiles(root, { files, bytes: 1_024 });
    isStarted = true;
  });
  after(async () => {
    if (!isStarted) return;
    await server.stop();
    await home.remove();
  });

  /** Does a job as a window that has just been opened, with the records of the last one. */
  async function run(job: Job, place: Partial<Place> = {}): Promise<Cost> {
    const { endpoint } = server;
    const records = join(home.path, 'records');
    const whole: Place = { root, endpoint, prefix: 'cost/', records, ...place };
    for (const folder of [whole.root, whole.records]) mkdirSync(folder, { recursive: true });
    await server.takeCounts();
    const command = ours.commandFor(job, whole) ?? [];
    const { peakBytes } = await runMeasured(command, {
      program,
      env: ours.env(server),
      home: home.path,
      limit: 100,
    });
    const { requests, connections } = await server.takeCounts();
    // On a busy machine every store seems far away, so that only the upper end holds.
    assert.ok(connections <= maxPlaces, `${String(connections)} connections`);
    assert.ok(peakBytes <= maxPeakBytes, `${String(peakBytes)} bytes of memory`);
    return requests;
  }

  it('is one request for each small file and a few more, where it is backed up first', async () => {
    const { HEAD = 0, PUT = 0, ...others } = await run('upload');
    const { HEAD: mostHeads = 0, PUT: mostPuts = 0, ...expected } = requestCosts.firstBackUp(files);
    assert.ok(HEAD <= mostHeads, `${String(HEAD)} HEAD`);
    assert.ok(PUT >= files && PUT <= mostPuts, `${String(PUT)} PUT`);
    assert.deepEqual(others, expected);
  });

  it('is the pages of one list, where nothing has changed', async () => {
    assert.deepEqual(await run('compare'), requestCosts.compare(files));
  });

  it('is the pages of one list and what changed, where a small file is new or changed', async () => {
    for (const [copies, text] of [
      [files, 'new'],
      [files + 1, 'changed'],
    ] as const) {
      writeFileSync(join(root, 'new.txt'), text);
      assert.deepEqual(await run('upload'), requestCosts.backUpSmall(copies));
    }
  });

  it('is the pages of one list and the parts, where a large file is new', async () => {
    writeFileSync(join(root, 'large.bin'), Buffer.alloc(large));
    assert.deepEqual(await run('upload'), requestCosts.backUpLarge(files + 1, large));
  });

  it('is one request for each small file, and one a range for large ones, where all are restored', async () => {
    await server.makeObjects({ prefix: 'small/', count: files, bytes: 1_024 });
    const small = { root: join(home.path, 'small'), records: join(home.path, 'small-records') };
    const cost = await run('restore', { ...small, prefix: 'small/' });
    assert.deepEqual(cost, requestCosts.restoreSmall(files));
    await server.makeObjects({ prefix: 'large/', count: 1, bytes: large });
    const place = { root: join(home.path, 'large'), records: join(home.path, 'large-records') };
    const ofLarge = await run('restore', { ...place, prefix: 'large/' });
    assert.deepEqual(ofLarge, requestCosts.restoreLarge(large));
  });
});

type Cost = Readonly<Record<string, number>>;
