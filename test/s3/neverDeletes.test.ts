import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ESLint } from 'eslint';

import type { QueryName } from '../../src/engine/s3/directClient';
import type { Method } from '../../src/engine/s3/httpExchange';
import type { FolderSetup } from '../../src/protocol/folders';
import type { State } from '../../src/protocol/state';
import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3 } from '../../dev/embeddedS3';
import { repositoryRoot } from '../../dev/repositoryRoot';
import { temporaryFolder } from '../../dev/temporaryFolder';
import { startWireRecorder } from '../support/servers/wire';
import { startEngine } from '../support/engine/startEngine';
import { aFolder } from '../support/engine/aFolder';

describe('Nothing is ever deleted in the cloud', () => {
  it('no command that deletes is in the bundles', () => {
    const metafile = JSON.parse(
      readFileSync(join(repositoryRoot, 'dist', 'metafile.json'), 'utf8'),
    ) as Metafile;
    const bundled = Object.entries(metafile.outputs).flatMap(([output, { inputs }]) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([input]) => ({ output, input })),
    );
    assert.ok(
      bundled.some(({ input }) => input.endsWith('commands/CreateMultipartUploadCommand.js')),
      'The bundles hold the commands that are used.',
    );
    assert.deepEqual(
      bundled.filter(({ input }) => input.includes('commands/Delete')),
      [],
    );
    const engine = readFileSync(join(repositoryRoot, 'dist', 'engine.js'), 'utf8');
    assert.ok(engine.includes('CreateMultipartUploadRequest'), 'Requests are described by name.');
    assert.ok(!engine.includes('DeleteObject'), 'There is no description of one that deletes.');
  });

  it('lint refuses to import one, or the whole client', async function () {
    this.timeout(120_000);
    const eslint = new ESLint({ cwd: repositoryRoot });
    for (const [source, wanted, file = 's3Bucket.ts'] of [
      ["import { DeleteObjectCommand } from '@aws-sdk/client-s3';", 1],
      ["import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';", 1],
      // A bucket that is being created may get a rule for unfinished uploads, by a tick box.
      [
        "import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';",
        0,
        'bucketSettings.ts',
      ],
      ["import { DeleteBucketCommand } from '@aws-sdk/client-s3';", 1, 'bucketSettings.ts'],
      ["import * as everything from '@aws-sdk/client-s3';", 1],
      ["import { S3 } from '@aws-sdk/client-s3';", 1],
      ["import { PutObjectCommand } from '@aws-sdk/client-s3';", 0],
    ] as const) {
      const results = await eslint.lintText(`${source}\n`, {
        filePath: join(repositoryRoot, 'src', 'engine', 's3', file),
      });
      const found = results.flatMap(({ messages }) =>
        messages.filter(({ ruleId }) => ruleId === 'no-restricted-syntax'),
      );
      assert.equal(found.length, wanted, source);
    }
  });

  it('what goes without the SDK has no word for it', () => {
    const folder = join(repositoryRoot, 'src', 'engine', 's3');
    for (const name of readdirSync(folder)) {
      const text = readFileSync(join(folder, name), 'utf8');
      assert.ok(!/['"`](?:delete|DELETE)['"`]|\?delete/.test(text), name);
    }
    // The compiler lets nothing else through.
    type Allowed = 'GET' | 'HEAD' | 'PUT' | 'POST';
    const isAllowed: [Method extends Allowed ? true : never] = [true];
    const isNameless: ['delete' extends QueryName ? never : true] = [true];
    assert.deepEqual(isAllowed, isNameless);
  });

  it('on the wire DELETE only gives up an upload of our own', async function () {
    this.timeout(120_000);
    const restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
    const server = await startEmbeddedS3({ buckets: ['kept'] });
    const wire = await startWireRecorder(server.endpoint);
    const folder = await temporaryFolder('never-deletes');
    let state: State | undefined;
    const engine = startEngine({
      onState: now => {
        state = now;
      },
    });
    try {
      const root = join(folder.path, 'project');
      await mkdir(join(root, 'src'), { recursive: true });
      await writeFile(join(root, 'src', 'a.txt'), 'one');
      await writeFile(join(root, 'gone.txt'), 'soon');
      const setup = setupOf(root, wire.endpoint);
      const all = { folders: [{ setup, scope: { kind: 'all' } }] } as const;
      const run = async (signal: AbortSignal) => {
        await engine.compare([setup], patience());
        const { planId } = await engine.planBackUp(all, patience());
        return engine.run(planId, signal);
      };

      assert.equal((await run(patience())).done, 2);
      // A large file, cancelled while its parts are on their way.
      await writeFile(join(root, 'large.bin'), '');
      await truncate(join(root, 'large.bin'), 20 << 20);
      await writeFile(join(root, 'src', 'a.txt'), 'other');
      const cancel = new AbortController();
      wire.disturbNext(({ method, path }) => {
        if (method !== 'PUT' || !path.includes('uploadId=')) return false;
        setImmediate(() => {
          cancel.abort();
        });
        return true;
      }, 'stall');
      const { cancelled, planned } = await run(cancel.signal);
      assert.equal(planned, 2);
      assert.ok(cancelled >= 1);
      // Its parts are of no more use once it is another file.
      await truncate(join(root, 'large.bin'), 24 << 20);
      assert.equal((await run(patience())).failed, 0);

      const deletes = wire.requests.filter(({ method }) => method === 'DELETE');
      assert.equal(deletes.length, 1, 'The unfinished upload has been given up.');
      for (const { path } of deletes) assert.match(path, /[?&]uploadId=[^&]+/);
      assert.ok(!wire.requests.some(({ path }) => /[?&]delete\b/.test(path)));
      assert.equal(state?.kind, 'compared');
    } finally {
      engine.dispose();
      restoreVariables();
      await wire.stop();
      await server.stop();
      await folder.remove();
    }
  });
});

interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>
  >;
}

function setupOf(root: string, endpoint: string): FolderSetup {
  return aFolder({
    id: 'file:///project',
    name: 'project',
    root,
    bucket: 'kept',
    prefix: 'project/',
    settings: { endpoint, region: 'us-east-1', forcePathStyle: true, exclude: [] },
  });
}

function patience(): AbortSignal {
  return AbortSignal.timeout(30_000);
}
