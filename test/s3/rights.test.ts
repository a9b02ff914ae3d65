import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { CreateBucketCommand, PutBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';

import { setAwsVariables } from '../../dev/awsVariables';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import {
  prepareVersitygw,
  startVersitygw,
  versitygwBuildTimeoutMs,
  type Versitygw,
} from '../../dev/versitygw';
import { Failure } from '../../src/engine/failures/failure';
import { inspectBucket, inspectPrefix } from '../../src/engine/store/inspectBucket';
import type { Receipts } from '../../src/engine/records/receiptStore';
import type { Engine } from '../../src/engine/session/engine';
import type { FilePath, FolderSetup } from '../../src/protocol/folders';
import type { FailureRecord } from '../../src/protocol/failures';
import type { Report } from '../../src/protocol/reports';
import { groups } from '../../src/protocol/verdicts';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { skipSuite } from '../support/suite/skipSuite';
import { receiptsInMemory } from '../support/memory/recordsInMemory';
import { adminClient } from './s3Store';

const user = { accessKeyId: 'backup', secretAccessKey: 'backupSecret' };
const small = Buffer.from('small');
/** Sent in parts. */
const large = Buffer.alloc(17 * 1024 * 1024, 'large');

/** The policy of `docs/rights.md`. */
const onObjects = ['s3:GetObject', 's3:PutObject'];
const onBucket = ['s3:ListBucket'];

describe('With just the documented rights (versitygw)', function () {
  this.timeout(120_000);
  // Tests before this one need not wait for it.
  prepareVersitygw();
  let server: Versitygw;
  let isOpen = false;
  let admin: S3Client;
  let folder: TemporaryFolder;
  let restoreVariables: () => void;
  let receipts: Receipts;
  let buckets = 0;
  let bucket: string;

  before(async function () {
    this.timeout(versitygwBuildTimeoutMs);
    const started = await startVersitygw();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
    isOpen = true;
    await server.addUser(user);
    admin = adminClient(server);
    restoreVariables = setAwsVariables(user);
  });
  after(async () => {
    if (!isOpen) return;
    restoreVariables();
    admin.destroy();
    await server.stop();
  });
  beforeEach(async () => {
    folder = await temporaryFolder('rights');
    receipts = receiptsInMemory();
    bucket = `rights-${String(++buckets)}`;
    await admin.send(new CreateBucketCommand({ Bucket: bucket }));
    await mkdir(join(folder.path, 'here'));
    await mkdir(join(folder.path, 'there'));
    await writeFile(join(folder.path, 'here', 'small.txt'), small);
    await writeFile(join(folder.path, 'here', 'large.bin'), large);
  });
  afterEach(() => folder.remove());

  async function allow(
    objects: readonly string[],
    itself: readonly string[],
    { prefix = '', listed }: { readonly prefix?: string; readonly listed?: string } = {},
  ): Promise<void> {
    const arn = `arn:aws:s3:::${bucket}`;
    const Condition = { StringLike: { 's3:prefix': `${listed ?? ''}*` } };
    const statements = [
      [objects, { Resource: `${arn}/${prefix}*` }],
      [itself, { Resource: arn, ...(listed === undefined ? {} : { Condition }) }],
    ] as const;
    const Statement = statements.flatMap(([Action, where]) =>
      Action.length === 0
        ? []
        : [{ Effect: 'Allow', Principal: { AWS: [user.accessKeyId] }, Action, ...where }],
    );
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await admin.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  }

  function setupOf(name: 'here' | 'there'): FolderSetup {
    const root = join(folder.path, name);
    return aFolder({
      id: pathToFileURL(root).href,
      folderId: name,
      root,
      bucket,
      settings: { endpoint: server.endpoint, region: server.region, forcePathStyle: true },
    });
  }

  async function withEngine<T>(
    work: (engine: Engine, setup: FolderSetup) => Promise<T>,
  ): Promise<T> {
    const engine = startEngine({ receipts });
    try {
      return await work(engine, setupOf('here'));
    } finally {
      engine.dispose();
    }
  }

  async function backUp(engine: Engine, setup: FolderSetup): Promise<readonly Outcome[]> {
    await engine.compare([setup], signal());
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    const { planId } = await engine.planBackUp({ folders }, signal());
    return outcomesOf(engine, await engine.run(planId, signal()));
  }

  it('the whole job works: compare, back up, verify, free up, restore', async () => {
    await allow(onObjects, onBucket);
    await withEngine(async (engine, setup) => {
      assert.deepEqual(await backUp(engine, setup), [
        ['large.bin', 'done'],
        ['small.txt', 'done'],
      ]);
      await engine.compare([setup], signal());
      assert.deepEqual(rows(engine, setup), ['large.bin up-to-date', 'small.txt up-to-date']);
      // A copy that stands there is replaced.
      await writeFile(join(setup.root, 'small.txt'), 'other');
      assert.deepEqual(await backUp(engine, setup), [['small.txt', 'done']]);
      const folders = [{ setup, scope: { kind: 'all' } as const }];
      const freeing = await engine.planFreeUp({ folders }, signal());
      engine.chooseFreeUpMethod({ planId: freeing.planId, method: 'delete' });
      assert.deepEqual(outcomesOf(engine, await engine.run(freeing.planId, signal())), [
        ['large.bin', 'done'],
        ['small.txt', 'done'],
      ]);
      await engine.compare([setup], signal());
      const restoring = await engine.planRestore({ folders }, signal());
      await engine.run(restoring.planId, signal());
      assert.ok((await readFile(join(setup.root, 'large.bin'))).equals(large));
      assert.equal(await readFile(join(setup.root, 'small.txt'), 'utf8'), 'other');
    });
  });

  it('one prefix is enough', async () => {
    await allow(onObjects, onBucket, { prefix: 'w/' });
    await withEngine(async (engine, setup) => {
      assert.deepEqual(await backUp(engine, setup), [
        ['large.bin', 'done'],
        ['small.txt', 'done'],
      ]);
    });
  });

  it('one prefix is enough, where nothing else may even be listed', async () => {
    await allow(onObjects, onBucket, { prefix: 'w/', listed: 'w/' });
    await withEngine(async (engine, setup) => {
      assert.deepEqual(await backUp(engine, setup), [
        ['large.bin', 'done'],
        ['small.txt', 'done'],
      ]);
      await engine.compare([setup], signal());
      assert.deepEqual(rows(engine, setup), ['large.bin up-to-date', 'small.txt up-to-date']);
      const store = engine.stores.connection(setup.settings);
      const contents = await inspectPrefix(store.bucket(bucket), 'w/', signal());
      assert.deepEqual(contents, {
        kind: 'counted',
        count: 2,
        examples: ['large.bin', 'small.txt'],
      });
      // What the bucket is asked besides costs nothing but a hint.
      const traits = await inspectBucket(store.account, store.bucket(bucket), 'w/', signal());
      assert.equal(traits.versioning, 'unknown');
      const other = { ...setup, prefix: 'other/' };
      await assert.rejects(engine.compare([other], signal()), (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.equal(inShort(error.toRecord()), 'access-denied s3:ListBucket');
        return true;
      });
    });
  });

  it('files are backed up without s3:GetObject, new ones and changed ones', async () => {
    await allow(['s3:PutObject'], onBucket);
    await withEngine(async (engine, setup) => {
      assert.deepEqual(await backUp(engine, setup), [
        ['large.bin', 'done'],
        ['small.txt', 'done'],
      ]);
      await writeFile(join(setup.root, 'small.txt'), 'other');
      assert.deepEqual(await backUp(engine, setup), [['small.txt', 'done']]);
      await engine.compare([setup], signal());
      assert.deepEqual(rows(engine, setup), ['large.bin up-to-date', 'small.txt up-to-date']);
    });
  });

  it('what else is asked for is unknown, or says which right it needs', async () => {
    await allow(onObjects, onBucket);
    await withEngine(async (engine, { settings }) => {
      const store = engine.stores.connection(settings);
      const { account } = store;
      // Without s3:ListAllMyBuckets this server lists what one owns: nothing.
      const listed = await account.buckets({ limit: 10, signal: signal() });
      assert.deepEqual(listed, { buckets: [], next: undefined });
      const traits = await inspectBucket(account, store.bucket(bucket), 'w/', signal());
      assert.equal(traits.versioning, 'unknown');
      assert.deepEqual(await inspectPrefix(store.bucket(bucket), 'w/', signal()), {
        kind: 'counted',
        count: 0,
        examples: [],
      });
      const versions = store.bucket(bucket).listVersions({ key: 'w/a', signal: signal() });
      for (const [right, request] of [
        ['s3:ListBucketVersions', () => versions[Symbol.asyncIterator]().next()],
        ['s3:CreateBucket', () => account.create('not-mine', server.region, signal())],
        ['s3:PutBucketVersioning', () => account.turnOnVersioning(bucket, signal())],
      ] as const) {
        await assert.rejects(request(), (error: unknown) => {
          assert.ok(error instanceof Failure);
          assert.equal(inShort(error.toRecord()), `access-denied ${right}`);
          return true;
        });
      }
    });
  });

  it('a missing s3:PutObject is told for each file', async () => {
    await allow(['s3:GetObject'], onBucket);
    await withEngine(async (engine, setup) => {
      assert.deepEqual(await backUp(engine, setup), [
        ['large.bin', 'access-denied s3:PutObject'],
        ['small.txt', 'access-denied s3:PutObject'],
      ]);
    });
  });

  it('a missing s3:ListBucket is told for the folder', async () => {
    await allow(onObjects, []);
    await withEngine(async (engine, setup) => {
      await assert.rejects(engine.compare([setup], signal()), (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.equal(inShort(error.toRecord()), 'access-denied s3:ListBucket');
        return true;
      });
    });
  });
});

type Outcome = readonly [path: string, end: string];

function outcomesOf(engine: Engine, { planId }: Report): readonly Outcome[] {
  const { entries } = engine.reportPage({ planId, offset: 0, limit: 100 });
  return entries
    .map(({ path, kind, failure }): Outcome => [
      path,
      failure === undefined ? kind : inShort(failure),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function inShort({ code, cause }: FailureRecord): string {
  return `${code} ${cause?.split(' ← ')[0] ?? ''}`;
}

function rows(engine: Engine, { id: folder }: FolderSetup): readonly string[] {
  return groups
    .flatMap(group => {
      const node = { folder, group, path: '' as FilePath };
      const page = engine.children({ node, layout: 'list', offset: 0, limit: 100 });
      return page.rows.flatMap(row =>
        row.kind === 'file' ? [`${row.path} ${row.verdict.kind}`] : [],
      );
    })
    .sort();
}

function signal(): AbortSignal {
  return AbortSignal.timeout(100_000);
}
