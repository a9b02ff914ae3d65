import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';

import type { Engine } from '../../src/engine/session/engine';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { SqliteStagingJournal } from '../../src/engine/staging/stagingJournal';
import { rootPath, type FilePath, type FolderSetup } from '../../src/protocol/folders';
import type { Report } from '../../src/protocol/reports';
import type { RestoreScope } from '../../src/protocol/restore';
import type { State } from '../../src/protocol/state';
import { setAwsVariables } from '../../dev/awsVariables';
import { hostileNames } from '../support/disk/hostileNames';
import { writeTree } from '../support/disk/localTree';
import type { StoreServer } from '../../dev/storeServer';
import { sharedSeaweedFs } from '../support/servers/sharedSeaweedFs';
import { skipSuite } from '../support/suite/skipSuite';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import { adminClient } from './s3Store';
import { startEngine } from '../support/engine/startEngine';
import { aFolder } from '../support/engine/aFolder';

const mebibyte = 1 << 20;

describe('Restores from a production server (SeaweedFS)', function () {
  this.timeout(120_000);
  let server: StoreServer;
  let wire: WireRecorder;
  let temporary: TemporaryFolder;
  let root: string;
  let engine: Engine;
  let state: State;
  let setup: FolderSetup;
  let restoreVariables = (): void => undefined;
  let run = 0;

  before(async function () {
    if (process.platform === 'win32') skipSuite(this, 'Windows has no such names.');
    const started = await sharedSeaweedFs();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
    wire = await startWireRecorder(server.endpoint);
    restoreVariables = setAwsVariables(server);
  });
  beforeEach(async () => {
    run++;
    temporary = await temporaryFolder('restore-s3');
    root = join(temporary.path, 'w');
    await mkdir(root);
    setup = aFolder({
      id: pathToFileURL(root).href,
      root,
      bucket: `restore-${String(run)}`,
      prefix: 'p/',
    });
    await administer(client => client.send(new CreateBucketCommand({ Bucket: setup.bucket })));
    engine = newEngine();
  });
  afterEach(async () => {
    engine.dispose();
    await temporary.remove();
  });
  after(async () => {
    restoreVariables();
    // Undefined where there is no server.
    await (wire as WireRecorder | undefined)?.stop();
  });

  /** One that knows nothing yet. */
  function newEngine(): Engine {
    const { region } = server;
    const { endpoint } = wire;
    const settings = { profile: undefined, region, endpoint, forcePathStyle: true };
    return startEngine({
      journal: new SqliteStagingJournal(join(temporary.path, 'staging-journals')),
      connect: (_settings, traffic) => new S3Connection(settings, { traffic }),
      onState: now => {
        state = now;
      },
    });
  }

  async function administer<T>(
    work: (client: ReturnType<typeof adminClient>) => Promise<T>,
  ): Promise<T> {
    const client = adminClient(server);
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  async function restore(scope: RestoreScope): Promise<Report> {
    const { planId } = await engine.planRestore({ folders: [{ setup, scope }] }, signal());
    engine.chooseConflicts({ planId, choice: 'replace', except: [] });
    return engine.run(planId, signal());
  }

  async function backUpAll(): Promise<Report> {
    const part = { setup, scope: { kind: 'all' as const } };
    const { planId } = await engine.planBackUp({ folders: [part] }, signal());
    return engine.run(planId, signal());
  }

  function stateOf(path: string) {
    const { mode, mtimeNs } = statSync(join(root, path), { bigint: true });
    const bytes = readFileSync(join(root, path));
    return { mode, milliseconds: mtimeNs / 1_000_000n, bytes: bytes.toString('base64') };
  }

  const content: Readonly<Record<string, string | Buffer>> = {
    ...Object.fromEntries(hostileNames.map(name => [name, `in ${name}`])),
    empty: '',
    'large one': Buffer.from(Array.from({ length: 20 * mebibyte + 3 }, (_, n) => (n * 7) % 251)),
  };

  it('bring back bytes, modes and times, for an engine that knows or does not know the files', async () => {
    await writeTree(root, content);
    const paths = Object.keys(content);
    for (const [index, path] of paths.entries()) {
      const at = 1_500_000_000 + index * 1_234_567.891;
      utimesSync(join(root, path), at, at);
      chmodSync(join(root, path), index % 2 === 0 ? 0o600 : 0o755);
    }
    const before = paths.map(stateOf);
    await engine.compare([setup], signal());
    assert.equal((await backUpAll()).done, paths.length);

    for (const knows of [true, false]) {
      for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
      if (!knows) {
        engine.dispose();
        engine = newEngine();
      }
      await engine.compare([setup], signal());
      const from = wire.requests.length;
      const report = await restore({ kind: 'all' });
      assert.deepEqual(report.problems, []);
      assert.equal(report.done, paths.length);
      assert.deepEqual(paths.map(stateOf), before);
      const ranges = wire.requests.slice(from).filter(({ path }) => path.includes('large'));
      assert.equal(ranges.filter(({ method }) => method === 'GET').length, 3);

      // The first comparison reads each file once, and none of them asks for more than lists.
      const lists = wire.requests.length;
      for (let time = 0; time < 2; time++) {
        await engine.compare([setup], signal());
        const [totals] = state.comparisons;
        assert.deepEqual(
          [totals?.groups['up-to-date'].files, totals?.proved],
          [paths.length, paths.length],
        );
      }
      const asked = wire.requests.slice(lists);
      assert.ok(asked.length > 0 && asked.every(({ path }) => path.includes('list-type=2')));
    }
  });

  it('bring back an older version, and do not take it for the one that is there now', async () => {
    const { bucket } = setup;
    const versions: string[] = [];
    await administer(async client => {
      await client.send(
        new PutBucketVersioningCommand({
          Bucket: bucket,
          VersioningConfiguration: { Status: 'Enabled' },
        }),
      );
      for (const body of ['first', 'second']) {
        const put = new PutObjectCommand({ Bucket: bucket, Key: 'p/a', Body: body });
        versions.push((await client.send(put)).VersionId ?? '');
      }
    });
    await engine.compare([setup], signal());
    const path = 'a' as FilePath;
    const report = await restore({ kind: 'version', path, versionId: versions[0] ?? '' });
    assert.deepEqual([report.done, report.problems], [1, []]);
    assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'first');
    await engine.compare([setup], signal());
    const node = { folder: setup.id, group: 'changed-in-cloud' as const, path: rootPath };
    const { rows } = engine.children({ node, layout: 'list', offset: 0, limit: 10 });
    assert.deepEqual(
      rows.map(row => row.kind === 'file' && [row.path, row.verdict.kind]),
      [[path, 'changed-in-cloud']],
    );
  });

  it('get over a connection that breaks in the middle of a range', async () => {
    await writeTree(root, { large: Buffer.alloc(20 * mebibyte, 'y') });
    await engine.compare([setup], signal());
    await backUpAll();
    rmSync(join(root, 'large'));
    await engine.compare([setup], signal());
    for (let time = 0; time < 2; time++) {
      wire.disturbNext(
        ({ method, path }) => method === 'GET' && path.includes('/large'),
        'cut-answer',
      );
    }
    const report = await restore({ kind: 'all' });
    assert.deepEqual([report.done, report.problems], [1, []]);
    assert.ok(readFileSync(join(root, 'large')).every(byte => byte === 'y'.charCodeAt(0)));
  });

  it('rest while they are paused, and go on', async () => {
    await writeTree(root, { large: Buffer.alloc(30 * mebibyte, 'x') });
    await engine.compare([setup], signal());
    await backUpAll();
    rmSync(join(root, 'large'));
    await engine.compare([setup], signal());
    const scope = { kind: 'all' } as const;
    const { planId } = await engine.planRestore({ folders: [{ setup, scope }] }, signal());
    const running = engine.run(planId, signal());
    const until = async (isReached: () => boolean) => {
      while (!isReached()) await new Promise(resolve => setImmediate(resolve));
    };
    await until(() => state.kind === 'transferring' && (state.batches[0]?.bytesDone ?? 0) > 0);
    engine.pause();
    await until(() => state.kind === 'paused');
    engine.resume();
    const report = await running;
    assert.deepEqual([report.done, report.bytes], [1, 30 * mebibyte]);
    assert.ok(readFileSync(join(root, 'large')).every(byte => byte === 'x'.charCodeAt(0)));
  });
});

function signal(): AbortSignal {
  return AbortSignal.timeout(100_000);
}
