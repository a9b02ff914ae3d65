import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { nobody } from '../../src/engine/ports/personPort';
import { CredentialCache } from '../../src/engine/s3/credentialCache';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Engine } from '../../src/engine/session/engine';
import type { MfaQuestion } from '../../src/protocol/credentials';
import type { FilePath, FolderSetup } from '../../src/protocol/folders';
import { awsFiles, type AwsFiles } from '../support/disk/awsFiles';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { quirkyBucket } from '../support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../support/servers/quirkyStore';
import { securityTokenService } from '../support/servers/tokenService';

describe('Work that nobody has asked for', function () {
  this.timeout(120_000);
  let store: QuirkyStore;
  let sts: Awaited<ReturnType<typeof securityTokenService>>;
  let folder: TemporaryFolder;
  let aws: AwsFiles;
  let questions: MfaQuestion[];
  let engine: Engine;
  let asked: FolderSetup;
  let unasked: FolderSetup;

  beforeEach(async () => {
    aws = await awsFiles();
    store = await startQuirkyStore();
    sts = await securityTokenService();
    aws.set({ AWS_ENDPOINT_URL_STS: sts.endpoint });
    await aws.write({
      credentials: '[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n',
      config:
        '[profile p]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nmfa_serial = device\n',
    });
    folder = await temporaryFolder('unasked');
    const root = join(folder.path, 'here');
    await mkdir(root);
    await writeFile(join(root, 'a.txt'), 'a');
    questions = [];
    const credentials = new CredentialCache({
      person: {
        ...nobody,
        mfaCode: question => {
          questions.push(question);
          return Promise.resolve('123456');
        },
      },
    });
    engine = startEngine({
      connect: (settings, traffic) => new S3Connection(settings, { traffic, credentials }),
    });
    asked = aFolder({
      id: pathToFileURL(root).href,
      root,
      bucket: quirkyBucket,
      settings: {
        profile: 'p',
        endpoint: store.endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
      },
    });
    unasked = { ...asked, isUnasked: true };
  });
  afterEach(async () => {
    engine.dispose();
    sts.close();
    await store.stop();
    await folder.remove();
    await aws.remove();
  });

  const planOf = (setup: FolderSetup) =>
    engine.planBackUp(
      { folders: [{ setup, scope: { kind: 'resources', paths: [join(setup.root, 'a.txt')] } }] },
      signal(),
    );

  it('opens no question for a code, but fails; what a person asks for then opens it', async () => {
    const needed = { code: 'mfa-code-needed' };
    await assert.rejects(engine.compare([unasked], signal()), needed);
    await assert.rejects(planOf(unasked), needed);
    engine.safety({ setup: asked, paths: ['a.txt' as FilePath] });
    engine.stores.named(asked.settings);
    await assert.rejects(engine.compare([unasked], signal()), needed);
    assert.deepEqual([questions, store.requests, sts.requests], [[], [], []]);
    await engine.compare([asked], signal());
    assert.deepEqual(questions, [{ profile: 'p', device: 'device' }]);
    // What the person has brought serves it, too.
    await engine.compare([unasked], signal());
    const { planId } = await planOf(unasked);
    assert.equal((await engine.run(planId, signal())).done, 1);
    assert.equal(questions.length, 1);
  });
});

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}
