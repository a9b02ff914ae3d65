import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';

import type { Engine } from '../../src/engine/session/engine';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Connection } from '../../src/engine/ports/connection';
import { Failure } from '../../src/engine/failures/failure';
import { rootPath, type FolderSetup } from '../../src/protocol/folders';
import type { Report } from '../../src/protocol/reports';
import type { Row } from '../../src/protocol/rows';
import type { State } from '../../src/protocol/state';
import { groups, type Group } from '../../src/protocol/verdicts';
import { setAwsVariables } from '../../dev/awsVariables';
import { hostileNames } from '../support/disk/hostileNames';
import type { StoreServer } from '../../dev/storeServer';
import { sharedSeaweedFs } from '../support/servers/sharedSeaweedFs';
import { skipSuite } from '../support/suite/skipSuite';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { adminClient } from './s3Store';
import { startEngine } from '../support/engine/startEngine';
import { aFolder } from '../support/engine/aFolder';

const posix = process.platform !== 'win32';

describe('A production server (SeaweedFS) and bad input', function () {
  this.timeout(120_000);
  let server: StoreServer;
  let connection: Connection;
  let temporary: TemporaryFolder;
  let engine: Engine;
  let state: State;
  let restoreVariables = (): void => undefined;
  let run = 0;
  let setup: FolderSetup;

  before(async function () {
    const started = await sharedSeaweedFs();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
    restoreVariables = setAwsVariables(server);
  });
  beforeEach(async () => {
    run++;
    temporary = await temporaryFolder('hostile');
    const { endpoint, region } = server;
    connection = new S3Connection({ profile: undefined, region, endpoint, forcePathStyle: true });
    engine = startEngine({
      connect: () => connection,
      onState: now => {
        state = now;
      },
    });
    setup = aFolder({
      id: pathToFileURL(temporary.path).href,
      name: 'hostile',
      root: temporary.path,
      bucket: `hostile-${String(run)}`,
      prefix: 'p/',
    });
    await asAdministrator(client => client.send(new CreateBucketCommand({ Bucket: setup.bucket })));
  });
  afterEach(async () => {
    engine.dispose();
    await temporary.remove();
  });
  after(() => {
    restoreVariables();
  });

  async function asAdministrator<T>(
    work: (client: ReturnType<typeof adminClient>) => Promise<T>,
  ): Promise<T> {
    const client = adminClient(server);
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  async function write(path: string, content: string): Promise<void> {
    const file = join(temporary.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  /** Every file of a group. */
  function rows(group: Group): readonly Row[] {
    const node = { folder: setup.id, group, path: rootPath };
    return engine.children({ node, layout: 'list', offset: 0, limit: 1_000 }).rows;
  }

  async function backUpAll(): Promise<Report> {
    const part = { setup, scope: { kind: 'all' as const } };
    const { planId } = await engine.planBackUp({ folders: [part] }, signal());
    return engine.run(planId, signal());
  }

  function counts(): Partial<Record<Group, number>> {
    const [comparison] = state.comparisons;
    const all = groups.map(group => [group, comparison?.groups[group].files ?? 0] as const);
    return Object.fromEntries(all.filter(([, files]) => files > 0));
  }

  it('keeps every name that a disk can hold, and every byte', async function () {
    if (!posix) this.skip();
    for (const path of hostileNames) await write(path, `in ${path}`);
    await write('empty', '');
    const files = hostileNames.length + 1;

    await engine.compare([setup], signal());
    assert.deepEqual(counts(), { 'missing-in-cloud': files });
    const report = await backUpAll();
    assert.deepEqual(report.problems, []);
    assert.equal(report.done, files);

    const expected = [...hostileNames, 'empty'].map(path => `p/${path}`).sort();
    const listed: string[] = [];
    const bucket = connection.bucket(setup.bucket);
    for await (const page of bucket.list({ prefix: '', signal: signal() })) {
      listed.push(...page.map(({ key }) => key));
    }
    assert.deepEqual(listed.sort(), expected);
    for (const path of [...hostileNames, 'empty']) {
      const { body } = await bucket.get({ key: `p/${path}`, signal: signal() });
      const local = await readFile(join(temporary.path, path));
      assert.ok(local.equals(await buffer(body)), JSON.stringify(path));
    }

    await engine.compare([setup], signal());
    assert.deepEqual(counts(), { 'up-to-date': files });
    assert.equal((await backUpAll()).planned, 0);
  });

  it('sees a name with a backslash, which this server takes for a slash, as another file', async function () {
    if (!posix) this.skip();
    await write('a\\b', 'x');
    await engine.compare([setup], signal());
    assert.equal((await backUpAll()).done, 1);
    await engine.compare([setup], signal());
    // Nothing is called safe that is not listed under its own name; nor is it missing, and sent again.
    assert.deepEqual(counts(), { unchecked: 1, 'only-in-cloud': 1 });
    assert.equal((await backUpAll()).planned, 0);
    assert.equal(rows('only-in-cloud')[0]?.path, 'a/b');
  });

  it('names what it refuses: a key with dots for a name', async () => {
    const bucket = connection.bucket(setup.bucket);
    const put = bucket.put({
      key: 'p/../x',
      body: Buffer.from('x'),
      condition: { kind: 'absent' },
      attributes: { contentType: 'text/plain', metadata: {} },
      signal: signal(),
    });
    await assert.rejects(put, { code: 'name-refused', subject: 'p/../x' });
  });

  it('ends a batch soon whose bucket is deleted in the middle of it, and the report adds up', async () => {
    const files = 300;
    const old = 20;
    for (let n = 0; n < old; n++) await write(`old/${String(n)}`, 'old');
    await engine.compare([setup], signal());
    assert.equal((await backUpAll()).done, old);
    for (let n = 0; n < old; n++) await write(`old/${String(n)}`, 'newer');
    for (let n = old; n < files; n++) await write(`z/${String(n)}`, String(n));
    await engine.compare([setup], signal());

    const part = { setup, scope: { kind: 'all' as const } };
    const { planId } = await engine.planBackUp({ folders: [part] }, signal());
    await deleteBucket();
    const { planned, done, failed, skipped, cancelled, problems } = await engine.run(
      planId,
      signal(),
    );
    assert.equal(planned, files);
    assert.deepEqual([done, failed + skipped, cancelled], [0, files, 0]);
    // A server may answer the condition before it looks for the bucket: the copy is gone, it says.
    assert.ok(skipped <= old, String(skipped));
    const failures = problems.flatMap(({ kind, failure }) => (kind === 'failed' ? [failure] : []));
    assert.deepEqual(new Set(failures.map(({ code }) => code)), new Set(['no-such-bucket']));
    assert.ok(failures.every(({ subject }) => subject === setup.bucket));

    await assert.rejects(engine.compare([setup], signal()), (error: unknown) => {
      assert.ok(error instanceof Failure);
      return error.code === 'no-such-bucket' && error.subject === setup.bucket;
    });
  });

  async function deleteBucket(): Promise<void> {
    const keys: string[] = [];
    const bucket = connection.bucket(setup.bucket);
    for await (const page of bucket.list({ prefix: '', signal: signal() })) {
      keys.push(...page.map(({ key }) => key));
    }
    await asAdministrator(async client => {
      const Objects = keys.map(Key => ({ Key }));
      await client.send(new DeleteObjectsCommand({ Bucket: setup.bucket, Delete: { Objects } }));
      await client.send(new DeleteBucketCommand({ Bucket: setup.bucket }));
    });
  }
});

function signal(): AbortSignal {
  return AbortSignal.timeout(30_000);
}
