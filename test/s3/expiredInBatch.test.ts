import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { nobody, type PersonPort } from '../../src/engine/ports/personPort';
import { CredentialCache } from '../../src/engine/s3/credentialCache';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Engine } from '../../src/engine/session/engine';
import type { AccessKey } from '../../src/protocol/credentials';
import type { FailureCode } from '../../src/protocol/failures';
import type { FolderSetup } from '../../src/protocol/folders';
import type { State } from '../../src/protocol/state';
import { awsFiles, type AwsFiles } from '../support/disk/awsFiles';
import { writeTree } from '../support/disk/localTree';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { CertificateAuthority } from '../support/servers/certificateAuthority';
import { startSignInService } from '../support/servers/signInService';
import { quirkyBucket, s3Error, type StoreRequest } from '../support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../support/servers/quirkyStore';
import { eventually } from '../support/suite/eventually';

const files = 30;

describe('Credentials that end in mid-batch', function () {
  this.timeout(120_000);
  let store: QuirkyStore;
  let folder: TemporaryFolder;
  let aws: AwsFiles;
  let states: State[];
  let engine: Engine;
  let setup: FolderSetup;
  let typed: AccessKey | undefined;

  beforeEach(async () => {
    aws = await awsFiles();
    store = await startQuirkyStore();
    folder = await temporaryFolder('expired');
    const root = join(folder.path, 'here');
    await mkdir(root);
    const names = Array.from({ length: files }, (_, n) => `file ${String(n)}`);
    await writeTree(root, Object.fromEntries(names.map(name => [name, name])));
    states = [];
    const person: PersonPort = {
      ...nobody,
      showSignInPage: () => Promise.resolve(true),
      accessKey: () => Promise.resolve(typed),
    };
    const credentials = new CredentialCache({ person });
    engine = startEngine({
      person,
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

  async function planAll(what = setup): Promise<number> {
    await engine.compare([what], signal());
    const folders = [{ setup: what, scope: { kind: 'all' } as const }];
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
    await untilPaused('credentials-expired');
    await aws.write({ credentials: keys('K2') });
    engine.resume();
    const { done, failed, cancelled } = await running;
    assert.deepEqual([done, failed, cancelled, stored()], [files, 0, 0, files]);
    // Each was stored once.
    const taken = store.requests.filter(request => request.kind === 'put').map(({ key }) => key);
    assert.equal(new Set(taken).size, files);
  });

  async function untilPaused(code: FailureCode): Promise<void> {
    await eventually(() => {
      const last = states.at(-1);
      assert.ok(last?.kind === 'paused' && last.why.kind === 'sign-in-needed', last?.kind);
      assert.equal(last.why.failure.code, code);
    }, 20_000);
    assert.ok(stored() < files);
  }

  it('pause it until another key is typed in; nothing else has to be done', async () => {
    typed = { accessKeyId: 'K1', secretAccessKey: 's' };
    const settings = { ...setup.settings, profile: '', accessKeyOf: setup.id };
    const planId = await planAll({ ...setup, settings });
    takeOnly('K2', 'ExpiredToken');
    const running = engine.run(planId, signal());
    await untilPaused('credentials-expired');
    typed = { accessKeyId: 'K2', secretAccessKey: 's' };
    engine.stores.tryAgain();
    const { done, failed } = await running;
    assert.deepEqual([done, failed, stored()], [files, 0, files]);
  });

  it('pause it until somebody has signed in; it goes on by itself', async () => {
    const authority = new CertificateAuthority();
    const bundle = join(aws.folder, 'authority.pem');
    await writeFile(bundle, authority.cert);
    const service = await startSignInService(authority);
    aws.set({
      AWS_ENDPOINT_URL_SSO: service.endpoint,
      AWS_ENDPOINT_URL_SSO_OIDC: service.endpoint,
      AWS_CA_BUNDLE: bundle,
      HOME: folder.path,
      USERPROFILE: folder.path,
    });
    await aws.write({
      config: [
        '[profile p]\nsso_session = office\nsso_account_id = 1\nsso_role_name = r',
        '[sso-session office]\nsso_start_url = https://office.test/start\nsso_region = eu-west-1\n',
      ].join('\n'),
    });
    try {
      service.token = { accessToken: 'one', expiresIn: 28_800 };
      await engine.stores.signIn(setup.settings, signal());
      const planId = await planAll();
      // The session ends: its token is taken no more, nor what it has given.
      takeOnly('SSO-1-r-two', 'ExpiredToken');
      await rm(join(folder.path, '.aws'), { recursive: true });
      const running = engine.run(planId, signal());
      await untilPaused('sign-in-needed');
      service.token = { accessToken: 'two', expiresIn: 28_800 };
      assert.deepEqual(await engine.stores.signIn(setup.settings, signal()), { kind: 'signed-in' });
      const { done, failed, cancelled } = await running;
      assert.deepEqual([done, failed, cancelled, stored()], [files, 0, 0, files]);
      const taken = store.requests.filter(request => request.kind === 'put');
      assert.equal(new Set(taken.map(({ key }) => key)).size, files);
    } finally {
      service.close();
    }
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
