import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand } from '@aws-sdk/client-s3';

import type { Engine } from '../../src/engine/session/engine';
import type { CompareRule } from '../../src/engine/config/settings';
import { setAwsVariables } from '../../dev/awsVariables';
import { isInstalled } from '../support/suite/isInstalled';
import { startSeaweedFs } from '../../dev/seaweedfs';
import type { StoreServer } from '../../dev/storeServer';
import { skipSuite } from '../support/suite/skipSuite';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { verdictsInShort } from '../support/memory/verdictsInShort';
import { adminClient } from './s3Store';
import { startEngine } from '../support/engine/startEngine';

const run = promisify(execFile);
const day = 24 * 60 * 60 * 1000;

/** Each fills `bucket/f/` from a folder, just as people call it. */
const tools: Readonly<Record<string, (folder: string, server: StoreServer) => Promise<unknown>>> = {
  aws: (folder, { endpoint, region }) =>
    run('aws', [
      ...['--endpoint-url', endpoint, '--region', region],
      // Of several requests to a new bucket the server forgets one; it is sent again after this.
      ...['--cli-read-timeout', '5'],
      ...['s3', 'sync', '--only-show-errors', folder, 's3://bucket/f/'],
    ]),
  rclone: (folder, { endpoint, region }) =>
    run('rclone', [
      ...['--config', '/dev/null', '--s3-provider', 'SeaweedFS', '--s3-env-auth'],
      ...['--s3-endpoint', endpoint, '--s3-region', region],
      ...['--s3-upload-cutoff', '5Mi', '--s3-chunk-size', '5Mi'],
      ...['sync', folder, ':s3:bucket/f'],
    ]),
};

for (const [tool, fill] of Object.entries(tools)) {
  describe(`A bucket that was filled by ${tool}`, function () {
    this.timeout(120_000);
    let server: StoreServer;
    let folder: TemporaryFolder;
    let restoreVariables: () => void;
    const engines: Engine[] = [];

    before(async function () {
      if (!isInstalled(tool)) skipSuite(this, `${tool} is not installed`);
      const started = await startSeaweedFs();
      if (started.kind === 'unavailable') skipSuite(this, started.reason);
      server = started;
      folder = await temporaryFolder('filled');
      for (const [path, content] of Object.entries(contents)) {
        await mkdir(dirname(at(path)), { recursive: true });
        await writeFile(at(path), content);
        await date(path, -10 * day);
      }
      restoreVariables = setAwsVariables(server);
      const client = adminClient(server);
      await client.send(new CreateBucketCommand({ Bucket: 'bucket' }));
      client.destroy();
      await fill(folder.path, server);
      await afterwards();
    });
    afterEach(() => {
      for (const engine of engines.splice(0)) engine.dispose();
    });
    after(async () => {
      // Undefined where there is nothing to run.
      (restoreVariables as (() => void) | undefined)?.();
      await (folder as TemporaryFolder | undefined)?.remove();
      await (server as StoreServer | undefined)?.stop();
    });

    const at = (path: string) => join(folder.path, path);

    async function date(path: string, age: number): Promise<void> {
      const time = new Date(Date.now() + age);
      await utimes(at(path), time, time);
    }

    /** What people do after the tool has run. */
    async function afterwards(): Promise<void> {
      for (const path of ['touched', 'large-touched']) await date(path, day);
      for (const path of ['edited', 'edited-and-dated-back', 'large-edited']) {
        const bytes = await readFile(at(path));
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        await writeFile(at(path), bytes);
        await date(path, path === 'edited-and-dated-back' ? -10 * day : day);
      }
      await writeFile(at('grown'), 'more than it was');
      await date('grown', day);
      await writeFile(at('new'), 'new');
    }

    function open(): Engine {
      const engine = startEngine();
      engines.push(engine);
      return engine;
    }

    async function compare(engine: Engine, rule: CompareRule): Promise<void> {
      const settings = {
        region: server.region,
        endpoint: server.endpoint,
        forcePathStyle: true,
        'compare.rule': rule,
      };
      const setup = {
        ...{ id: 'f', folderId: 'f', name: 'f', root: folder.path },
        ...{ bucket: 'bucket', prefix: 'f/', settings },
      };
      await engine.compare([setup], AbortSignal.timeout(60_000));
    }

    const settled = {
      edited: 'out-of-date content',
      grown: 'out-of-date size',
      // Its parts may have been of a size that nobody would guess.
      'large-edited': 'out-of-date not-comparable',
      'large-touched': 'proved',
      new: 'missing-in-cloud',
      touched: 'proved',
    };

    it('is known by name and time first, and by content where a time is newer', async () => {
      const engine = open();
      await compare(engine, 'smart');
      const first = verdictsInShort(engine, 'f');
      // They are proved in the background, perhaps by now.
      const untouched = ['edited-and-dated-back', 'empty', 'large', odd, 'small'];
      const early = ['up-to-date name-and-time', 'proved', 'changed-in-cloud newer-there'];
      for (const path of untouched) assert.ok(early.includes(first[path] ?? ''), path);
      assert.deepEqual(
        Object.fromEntries(Object.entries(first).filter(([path]) => !untouched.includes(path))),
        settled,
      );
    });

    it('is proved by content, large files by the sizes of their parts', async () => {
      const engine = open();
      await compare(engine, 'content');
      assert.deepEqual(verdictsInShort(engine, 'f'), {
        ...settled,
        'edited-and-dated-back': 'changed-in-cloud newer-there',
        empty: 'proved',
        large: 'proved',
        [odd]: 'proved',
        small: 'proved',
      });
    });
  });
}

const odd = 'folder/näme with +, % & ☃.txt';

const contents: Readonly<Record<string, string | Buffer>> = {
  empty: '',
  small: 'small',
  [odd]: 'odd',
  touched: 'touched',
  edited: 'edited',
  'edited-and-dated-back': 'edited',
  grown: 'grown',
  large: randomBytes(20 << 20),
  'large-touched': randomBytes((17 << 20) + 1),
  'large-edited': randomBytes(16 << 20),
};
