import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mock } from 'node:test';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { Failure, describeFailure } from '../../src/engine/failures/failure';
import { openRecords } from '../../src/engine/records/openRecords';
import { CredentialCache } from '../../src/engine/s3/credentialCache';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { Engine } from '../../src/engine/session/engine';
import type { FilePath, FolderSetup } from '../../src/protocol/folders';
import { groups } from '../../src/protocol/verdicts';
import { awsFiles, type AwsFiles } from '../support/disk/awsFiles';
import { aFolder } from '../support/engine/aFolder';
import { echoes } from '../support/servers/echoes';

const secretKey = 'MARKEDsecret/wJalrXUtnFEMI+K7MDENG';
const token = 'MARKEDtoken/IQoJb3JpZ2luX2VjEJr+==';

describe('What the engine tells', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let aws: AwsFiles;
  let server: Server;
  let endpoint: string;
  let answer: (sent: string, response: ServerResponse, request: IncomingMessage) => void;
  let signatures: Set<string>;
  let told: string[];
  let engine: Engine;

  beforeEach(async () => {
    mock.method(Math, 'random', () => 0);
    folder = await temporaryFolder('secrets');
    await mkdir(join(folder.path, 'here'));
    await writeFile(join(folder.path, 'here', 'a.txt'), 'a');
    aws = await awsFiles();
    await aws.write({
      credentials: [
        '[p]',
        'aws_access_key_id = AKIAMARKED',
        `aws_secret_access_key = ${secretKey}`,
        `aws_session_token = ${token}`,
        `stray ${secretKey}`,
        '[half]',
        `aws_secret_access_key = ${secretKey}`,
        `stray ${secretKey}`,
        '[tool]',
        `credential_process = sh -c 'echo $1 >&2; exit 3' x ${secretKey}`,
        '[url]',
      ].join('\n'),
      config: `[profile url]\nendpoint_url = http://me:${encodeURIComponent(secretKey)}@127.0.0.1\n`,
    });
    signatures = new Set();
    told = [];
    server = createServer((request, response) => {
      const { authorization = '' } = request.headers;
      const signature = /Signature=([0-9a-f]+)/.exec(authorization)?.[1];
      if (signature !== undefined) signatures.add(signature);
      const sent = [request.url, authorization, request.headers['x-amz-security-token'], secretKey];
      request.resume().on('end', () => {
        answer(sent.join(' ').replaceAll('&', '&amp;'), response, request);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    engine = openEngine();
  });
  afterEach(async () => {
    mock.restoreAll();
    engine.dispose();
    server.closeAllConnections();
    server.close();
    await aws.remove();
    await folder.remove();
  });

  function openEngine(): Engine {
    const log = (level: string, message: string) => told.push(`${level} ${message}`);
    const warn = (failure: Failure) => told.push(describeFailure(failure));
    const file = join(folder.path, 'records.db');
    const locksFolder = join(folder.path, 'locks');
    const credentials = new CredentialCache();
    return new Engine({
      ...openRecords({ file, locksFolder, log, warn }),
      connect: (settings, traffic, onWeakness) =>
        new S3Connection(settings, { traffic, onWeakness, credentials }),
      onState: state => told.push(JSON.stringify(state)),
      onRows: () => undefined,
      onLog: ({ level, message }) => log(level, message),
    });
  }

  function setupOf(profile: string): FolderSetup {
    const root = join(folder.path, 'here');
    const settings = { profile, endpoint, region: 'us-east-1', forcePathStyle: true };
    return aFolder({ id: pathToFileURL(root).href, root, bucket: 'b', settings });
  }

  /** Notes what fails, in all forms in which it is told. */
  async function note(work: () => unknown): Promise<void> {
    try {
      told.push(JSON.stringify([await work()]));
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      told.push(JSON.stringify(error.toRecord()), describeFailure(error), error.message);
    }
  }

  async function doAll(setup: FolderSetup): Promise<void> {
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    const { id, settings } = setup;
    await note(() => engine.stores.credentialSources());
    await note(() =>
      engine.stores.checkConnection({ folder: id, settings, target: undefined }, signal()),
    );
    await note(() => engine.stores.listBuckets({ folder: id, settings }, signal()));
    await note(() =>
      engine.stores.connection(settings).account.create('new', 'us-east-1', signal()),
    );
    await note(() => engine.stores.connection(settings).account.lifecycle('b', signal()));
    await note(() => engine.compare([setup], signal()));
    await note(async () => {
      const { planId } = await engine.planBackUp({ folders }, signal());
      const cancelling = AbortSignal.timeout(1_000);
      const report = await engine.run(planId, cancelling);
      return [report, engine.reportPage({ planId, offset: 0, limit: 10 })];
    });
    for (const group of groups) {
      const node = { folder: id, group, path: '' as FilePath };
      await note(() => engine.children({ node, layout: 'list', offset: 0, limit: 10 }));
    }
  }

  async function assertNoSecret(): Promise<void> {
    const files = await readdir(folder.path, { recursive: true, withFileTypes: true });
    const kept = files.filter(
      each => each.isFile() && each.parentPath !== join(folder.path, 'here'),
    );
    const stored = await Promise.all(
      kept.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')),
    );
    assert.ok(told.length > 10 && stored.length > 0);
    for (const text of [...told, ...stored]) {
      for (const secret of [secretKey, token, ...signatures]) {
        for (const form of [secret, encodeURIComponent(secret)]) {
          assert.ok(!text.includes(form), text);
        }
      }
      assert.doesNotMatch(text, /MARKED(?:secret|token)/);
    }
  }

  for (const [what, echo] of Object.entries(echoes)) {
    it(`has no secret though a store repeats them in ${what}`, async () => {
      answer = echo;
      await doAll(setupOf('p'));
      assert.ok(signatures.size > 0);
      await assertNoSecret();
    });

    it(`has no secret though a store that lists repeats them in ${what}`, async () => {
      answer = (sent, response, { url = '' }) => {
        if (url.includes('list-type=2')) response.end(emptyList);
        else echo(sent, response);
      };
      await doAll(setupOf('p'));
      await assertNoSecret();
    });
  }

  it('has no secret of files, programs and settings that cannot be used', async () => {
    answer = (_, response) => response.end(emptyList);
    for (const profile of ['half', 'tool', 'nobody']) await doAll(setupOf(profile));
    const { settings, ...setup } = setupOf('url');
    await doAll({ ...setup, settings: { ...settings, endpoint: '' } });
    await doAll({ ...setup, settings: { ...settings, endpoint: `http://me:${secretKey}@x` } });
    await assertNoSecret();
  });
});

const emptyList =
  '<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>';

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}
