import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mock } from 'node:test';

import { S3Connection } from '../../src/engine/s3/s3Connection';
import type { Connection } from '../../src/engine/ports/connection';
import { checkNewName, createBucket } from '../../src/engine/store/createBucket';
import { inspectBucket } from '../../src/engine/store/inspectBucket';
import type { BucketOption } from '../../src/protocol/buckets';
import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { openStubStore } from '../support/servers/stubStore';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';

const all: readonly BucketOption[] = ['block-public-access', 'keep-versions', 'clean-up-uploads'];

describe('The creation of a bucket where the endpoint is that of a bucket', function () {
  this.timeout(120_000);
  let s3: EmbeddedS3;
  let wire: WireRecorder;
  let connection: Connection;
  let restoreVariables: () => void;

  beforeEach(async () => {
    s3 = await startEmbeddedS3({ buckets: ['plain-1'] });
    wire = await startWireRecorder(s3.endpoint);
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
    connection = new S3Connection({
      profile: undefined,
      region: 'us-east-1',
      endpoint: `${wire.endpoint}/plain-1`,
      forcePathStyle: true,
    });
  });
  afterEach(async () => {
    connection.close();
    restoreVariables();
    await wire.stop();
    await s3.stop();
  });

  it('fails, and writes no object', async () => {
    const { account } = connection;
    const bucket = { bucket: 'backup', region: 'us-east-1', options: all };
    await assert.rejects(createBucket(account, bucket, signal()), { code: 'not-s3' });
    await assert.rejects(checkNewName(account, 'backup', signal()), { code: 'not-s3' });
    assert.deepEqual(methods(wire), new Set(['GET', 'HEAD']));
  });

  it('is known before: nothing else is learned from there', async () => {
    const { account } = connection;
    await assert.rejects(connection.check({ target: undefined, signal: signal() }), {
      code: 'bucket-in-endpoint',
    });
    await assert.rejects(account.buckets({ signal: signal() }), { code: 'bucket-in-endpoint' });
    await assert.rejects(inspectBucket(account, connection.bucket('backup'), '', signal()), {
      code: 'not-s3',
    });
    const pages = connection.bucket('backup').list({ prefix: '', signal: signal() });
    await assert.rejects(pages[Symbol.asyncIterator]().next(), { code: 'not-s3' });
  });
});

describe('The creation of a bucket', function () {
  this.timeout(120_000);
  // No pauses between attempts.
  beforeEach(() => mock.method(Math, 'random', () => 0));
  afterEach(() => {
    mock.restoreAll();
  });

  /** Creates one at a store that answers so. */
  async function create(answers: Answers) {
    const requests: string[] = [];
    let isThere = false;
    const { connection, close } = await openStubStore((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://any');
      const setting = settings.find(name => searchParams.has(name));
      requests.push(`${request.method ?? ''} ${setting ?? pathname}`);
      if (setting !== undefined) {
        answers.setting(setting, request, response);
      } else if (pathname === '/') {
        answer(response, 200, '<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>');
      } else if (request.method === 'PUT') {
        isThere = true;
        answer(response, 200, '');
      } else if (isThere) {
        answers.created(response);
      } else {
        answers.absent(response);
      }
    });
    try {
      const request = { bucket: 'backup', region: 'us-east-1', options: all };
      return { made: await createBucket(connection.account, request, signal()), requests };
    } catch (error) {
      return { error: error as { readonly code: string }, requests };
    } finally {
      await close();
    }
  }

  const usual: Answers = {
    absent: response => {
      answer(response, 404, '<Error><Code>NoSuchBucket</Code></Error>');
    },
    created: response => {
      answer(
        response,
        200,
        '<ListBucketResult><Name>backup</Name><IsTruncated>false</IsTruncated></ListBucketResult>',
      );
    },
    setting: (setting, request, response) => {
      answer(response, 200, request.method === 'PUT' ? '' : kept[setting]);
    },
  };

  it('sets what the store then shows', async () => {
    const { made } = await create(usual);
    assert.deepEqual(made, { notSet: [], unconfirmed: [] });
  });

  it('does not call set what the store does not show', async () => {
    const { made } = await create({
      ...usual,
      setting(setting, request, response) {
        answer(response, 200, request.method === 'PUT' ? '' : forgotten[setting]);
      },
    });
    assert.deepEqual(
      made?.notSet.map(({ option, failure }) => [option, failure.code]),
      all.map(option => [option, 'not-kept']),
    );
    assert.deepEqual(made.unconfirmed, []);
  });

  for (const [status, code] of [
    [403, 'access-denied'],
    [501, 'not-implemented'],
  ] as const) {
    it(`does not call on what may not be looked at (${String(status)})`, async () => {
      const { made } = await create({
        ...usual,
        setting(_setting, request, response) {
          const body = '<Error><Code>Whatever</Code></Error>';
          if (request.method === 'PUT') answer(response, 200, '');
          else answer(response, status, body);
        },
      });
      assert.deepEqual(made?.notSet, []);
      assert.deepEqual(
        made.unconfirmed.map(({ option, failure }) => [option, failure.code]),
        all.map(option => [option, code]),
      );
    });
  }

  it('sets nothing where what was made is no bucket', async () => {
    const { error, requests } = await create({
      ...usual,
      created: response => {
        answer(response, 200, '<html></html>');
      },
    });
    assert.equal(error?.code, 'not-s3');
    assert.deepEqual(
      requests.filter(request => request.startsWith('PUT')),
      ['PUT /backup/'],
    );
  });

  it('writes nothing where no answer speaks of buckets', async () => {
    const { error, requests } = await create({
      ...usual,
      absent: response => {
        answer(response, 404, '<Error><Code>NoSuchKey</Code></Error>');
      },
    });
    assert.equal(error?.code, 'not-s3');
    assert.ok(!requests.some(request => request.startsWith('PUT')));
  });

  it('asks for the buckets where the answer does not say what is not there', async () => {
    const { made, requests } = await create({
      ...usual,
      absent: response => {
        answer(response, 404, '');
      },
    });
    assert.deepEqual(made?.notSet, []);
    assert.ok(requests.includes('GET /'));
  });

  it('waits for a bucket that the store does not know everywhere yet', async () => {
    let looks = 0;
    const { made } = await create({
      ...usual,
      created: response => {
        if (++looks === 1) usual.absent(response);
        else usual.created(response);
      },
    });
    assert.deepEqual(made, { notSet: [], unconfirmed: [] });
  });
});

/** How a store answers what is asked about its one bucket. */
interface Answers {
  absent(response: ServerResponse): void;
  created(response: ServerResponse): void;
  setting(setting: Setting, request: IncomingMessage, response: ServerResponse): void;
}

const settings = ['publicAccessBlock', 'versioning', 'lifecycle'] as const;
type Setting = (typeof settings)[number];

const kept: Readonly<Record<Setting, string>> = {
  publicAccessBlock: `<PublicAccessBlockConfiguration>${[
    'BlockPublicAcls',
    'BlockPublicPolicy',
    'IgnorePublicAcls',
    'RestrictPublicBuckets',
  ]
    .map(name => `<${name}>true</${name}>`)
    .join('')}</PublicAccessBlockConfiguration>`,
  versioning: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  lifecycle:
    '<LifecycleConfiguration><Rule><ID>any</ID><Status>Enabled</Status><Filter><Prefix/></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>',
};

const forgotten: Readonly<Record<Setting, string>> = {
  publicAccessBlock: kept.publicAccessBlock.replace('true', 'false'),
  versioning: '<VersioningConfiguration/>',
  lifecycle: kept.lifecycle.replace('7', '70'),
};

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  // HEAD has none.
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function methods({ requests }: WireRecorder): ReadonlySet<string> {
  return new Set(requests.map(({ method }) => method));
}

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

describe('The region of a bucket that is created', () => {
  it('is named to the store, but for the first one and where the store is to choose', async () => {
    const bodies: string[] = [];
    const store = await openStubStore(async (request, answer) => {
      const body = Buffer.concat(await request.toArray()).toString();
      if (request.method !== 'PUT') {
        answer.end(
          '<ListBucketResult><Name>new</Name><IsTruncated>false</IsTruncated></ListBucketResult>',
        );
        return;
      }
      bodies.push(body);
      answer.end();
    });
    try {
      for (const region of ['us-east-1', 'auto', 'eu-west-1']) {
        await store.account.create('new', region, signal());
      }
    } finally {
      await store.close();
    }
    const named = bodies.map(body => /<LocationConstraint>(.*)<\/Loc/.exec(body)?.[1]);
    assert.deepEqual(named, [undefined, undefined, 'eu-west-1']);
  });
});
