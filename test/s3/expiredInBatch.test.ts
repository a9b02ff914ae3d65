import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { CredentialCache } from '../../src/engine/s3/credentialCache';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Engine } from '../../src/engine/session/engine';
import type { FolderSetup } from '../../src/protocol/folders';
import type { State } from '../../src/protocol/state';
import { awsFiles, type AwsFiles } from '../support/disk/awsFiles';
import { writeTree } from '../support/disk/localTree';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { quirkyBucket, s3Error, type StoreRequest } from '../support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../support/servers/quirkyStore';
import { eventually } from '../support/suite/eventually';

const files = 30;

describe('Credentials that end in mid-batch', function () {
  this.timeout(60_000);
  let store: QuirkyStore;
  let folder: TemporaryFolder;
  let aws: AwsFiles;
  let states: State[];
  let engine: Engine;
  let setup: FolderSetup;

  beforeEach(async () => {
    aws = await awsFiles();
    store = await startQuirkyStore();
    folder = await temporaryFolder('expired');
    const root = join(folder.path, 'here');
    await mkdir(root);
    const names = Array.from({ length: files }, (_, n) => `file ${String(n)}`);
    await writeTree(root, Object.fromEntries(names.map(name => [name, name])));
    states = [];
    const credentials = new CredentialCache();
    engine = startEngine({
      connect: (settings, traffic) => new S3Connection(settings, { traffic, credentials }),
      onState: state => states.push(state),
    });
    setup = aFolder({
      id: pathToFileURL(root).href,
      root,
      bucket: quirkyBucket,
      settings: {
        profile: 'p',
        endpoint: store.endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        concurrency: '4',
      },
    });
  });
  afterEach(async () => {
    engine.dispose();
    await store.stop();
    await folder.remove();
    await aws.remove();
  });

  const keyOf = ({ headers }: StoreRequest) =>
    /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];

  /** After ten files the store takes no key but this one. */
  function takeOnly(key: string, code: string): void {
    let puts = 0;
    store.quirks = {
      around(request, carryOut) {
        if (request.kind === 'put') puts++;
        return puts <= 10 || keyOf(request) === key ? carryOut() : s3Error(403, code);
      },
    };
  }

  async function planAll(): Promise<number> {
    await engine.compare([setup], signal());
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    return (await engine.planBackUp({ folders }, signal())).planId;
  }

  function stored(): number {
    return Array.from({ length: files }, (_, n) => `w/file ${String(n)}`).filter(
      key => store.bytes(key) !== undefined,
    ).length;
  }

  const keys = (id: string) => `[p]\naws_access_key_id = ${id}\naws_secret_access_key = s\n`;

  /** Makes a script give the credentials, which stands in `aws.folder` and notes each run of it. */
  async function useProgram(script: string): Promise<void> {
    const program = join(aws.folder, 'helper');
    await writeFile(join(aws.folder, 'runs'), '');
    await writeFile(program, `#!/bin/sh\ncd '${aws.folder}' && printf x >> runs\n${script}\n`);
    await chmod(program, 0o755);
    await aws.write({ config: `[profile p]\ncredential_process = ${program}\n` });
  }

  async function runsOfProgram(): Promise<number> {
    return (await readFile(join(aws.folder, 'runs'), 'utf8')).length;
  }

  it('pause it until the file has others; it goes on where it stopped', async () => {
    await aws.write({ credentials: keys('K1') });
    const planId = await planAll();
    takeOnly('K2', 'ExpiredToken');
    const running = engine.run(planId, signal());
    await eventually(() => {
      const last = states.at(-1);
      assert.ok(last?.kind === 'paused' && last.why.kind === 'sign-in-needed', last?.kind);
      assert.equal(last.why.failure.code, 'credentials-expired');
    }, 20_000);
    assert.ok(stored() < files);
    await aws.write({ credentials: keys('K2') });
    engine.resume();
    const { done, failed, cancelled } = await running;
    assert.deepEqual([done, failed, cancelled, stored()], [files, 0, 0, files]);
    // Each was stored once.
    const taken = store.requests.filter(request => request.kind === 'put').map(({ key }) => key);
    assert.equal(new Set(taken).size, files);
  });

  it('are got anew by a program, once, without a pause', async function () {
    if (process.platform === 'win32') this.skip();
    await useProgram(
      `printf '{"Version":1,"AccessKeyId":"K%s","SecretAccessKey":"s"}' "$(wc -c < runs | tr -d ' ')"`,
    );
    const planId = await planAll();
    takeOnly('K2', 'ExpiredToken');
    const { done } = await engine.run(planId, signal());
    assert.deepEqual([done, stored()], [files, files]);
    assert.ok(states.every(({ kind }) => kind !== 'paused'));
  });

  it('are not asked for again by each probe after their program has failed', async function () {
    if (process.platform === 'win32') this.skip();
    await useProgram(
      `[ "$(cat runs)" = xx ] && exit 1
printf '{"Version":1,"AccessKeyId":"K%s","SecretAccessKey":"s"}' "$(wc -c < runs | tr -d ' ')"`,
    );
    const planId = await planAll();
    takeOnly('K3', 'ExpiredToken');
    const running = engine.run(planId, signal());
    const lists = () => store.requests.filter(({ kind }) => kind === 'list').length;
    const before = lists();
    await eventually(() => {
      const last = states.at(-1);
      assert.ok(last?.kind === 'paused' && last.why.kind === 'sign-in-needed', last?.kind);
      assert.equal(last.why.failure.code, 'program-failed');
      assert.ok(lists() >= before + 3);
    }, 20_000);
    assert.equal(await runsOfProgram(), 2);
    engine.resume();
    assert.equal((await running).done, files);
    assert.equal(await runsOfProgram(), 3);
  });

  it('are kept where only the signature of one file is refused', async function () {
    if (process.platform === 'win32') this.skip();
    const end = new Date(Date.now() + 3_600_000).toISOString();
    await useProgram(
      `[ "$(cat runs)" = x ] || exit 1
printf '{"Version":1,"AccessKeyId":"K","SecretAccessKey":"s","Expiration":"${end}"}'`,
    );
    const planId = await planAll();
    store.quirks = {
      around: (request, carryOut) =>
        request.kind === 'put' && request.key === 'w/file 3'
          ? s3Error(403, 'SignatureDoesNotMatch')
          : carryOut(),
    };
    const { done, reasons } = await engine.run(planId, signal());
    assert.deepEqual([done, reasons], [files - 1, { 'file-refused': 1 }]);
    assert.equal(stored(), files - 1);
    assert.ok(states.every(({ kind }) => kind !== 'paused'));
    assert.equal(await runsOfProgram(), 1);
  });
});

function signal(): AbortSignal {
  return AbortSignal.timeout(50_000);
}
