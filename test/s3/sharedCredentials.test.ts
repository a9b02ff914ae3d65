import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { Failure } from '../../src/engine/failures/failure';
import type { Bucket } from '../../src/engine/ports/bucket';
import { CredentialCache } from '../../src/engine/s3/credentialCache';
import { openStubStore, type StubStore } from '../support/servers/stubStore';

describe('The credentials of an engine', () => {
  let resolutions: number;
  let end: Date | undefined;
  let credentials: CredentialCache;
  const open: StubStore[] = [];

  beforeEach(() => {
    resolutions = 0;
    end = undefined;
    credentials = new CredentialCache({
      resolve() {
        const accessKeyId = `K${String(++resolutions)}`;
        const expiration = end === undefined ? {} : { expiration: end };
        return Promise.resolve({
          accessKeyId,
          secretAccessKey: 's',
          sessionToken: accessKeyId,
          ...expiration,
        });
      },
    });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(store => store.close()));
  });

  async function store(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<StubStore> {
    const opened = await openStubStore(answer, { credentials });
    open.push(opened);
    return opened;
  }

  async function list(bucket: Bucket): Promise<void> {
    const signal = new AbortController().signal;
    for await (const page of bucket.list({ prefix: '', signal })) assert.deepEqual(page, []);
  }

  const keyOf = ({ headers }: IncomingMessage) =>
    /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];

  function refuse(response: ServerResponse, status: number, code: string): void {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  }

  const all = ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    const [, bucket = ''] = /^\/([^/?]+)/.exec(url) ?? [];
    const list = `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>false</IsTruncated></ListBucketResult>`;
    response.setHeader('content-type', 'application/xml').end(list);
  };

  it('are got once for all connections, buckets and regions', async () => {
    const first = await store((request, response) => {
      const isElsewhere = request.url?.startsWith('/eu') === true;
      if (isElsewhere && request.headers.authorization?.includes('/eu-west-1/s3') !== true) {
        response.setHeader('x-amz-bucket-region', 'eu-west-1');
        refuse(response, 301, 'PermanentRedirect');
      } else all(request, response);
    });
    const second = await store(all);
    await Promise.all(Array.from({ length: 20 }, () => list(first.bucket)));
    await Promise.all([list(second.bucket), list(first.connection.bucket('eu'))]);
    assert.equal(resolutions, 1);
  });

  it('are got once in the last minutes of a token, not for each request', async () => {
    end = new Date(Date.now() + 240_000);
    const { bucket } = await store(all);
    for (let request = 0; request < 30; request++) await list(bucket);
    assert.equal(resolutions, 1);
  });

  it('are got anew within the request where they have expired', async () => {
    const keys: (string | undefined)[] = [];
    const { bucket } = await store((request, response) => {
      keys.push(keyOf(request));
      if (keyOf(request) === 'K1') refuse(response, 400, 'ExpiredToken');
      else all(request, response);
    });
    await list(bucket);
    assert.deepEqual(keys, ['K1', 'K2']);
  });

  it('are got anew where they were refused, for all requests under way', async () => {
    const { bucket } = await store((request, response) => {
      if (keyOf(request) === 'K1') refuse(response, 403, 'InvalidAccessKeyId');
      else all(request, response);
    });
    await Promise.all(Array.from({ length: 20 }, () => list(bucket)));
    assert.equal(resolutions, 2);
  });

  it('fail with why there are no others', async () => {
    let gives = true;
    credentials = new CredentialCache({
      resolve: () =>
        gives
          ? Promise.resolve({ accessKeyId: 'K1', secretAccessKey: 's' })
          : Promise.reject(new Failure('sign-in-needed', 'office')),
    });
    const { bucket } = await store((_, response) => {
      gives = false;
      refuse(response, 400, 'ExpiredToken');
    });
    await assert.rejects(list(bucket), { code: 'sign-in-needed' });
  });

  it('fail once, as the store says, where they are the same again', async () => {
    let requests = 0;
    credentials = new CredentialCache({
      resolve: () => Promise.resolve({ accessKeyId: 'K1', secretAccessKey: 's' }),
    });
    const { bucket } = await store((_, response) => {
      requests++;
      refuse(response, 400, 'ExpiredToken');
    });
    await assert.rejects(list(bucket), { code: 'credentials-expired' });
    assert.equal(requests, 1);
  });

  it('are kept where a right is missing', async () => {
    const { bucket } = await store((_, response) => {
      refuse(response, 403, 'AccessDenied');
    });
    await assert.rejects(list(bucket), { code: 'access-denied' });
    await assert.rejects(list(bucket), { code: 'access-denied' });
    assert.equal(resolutions, 1);
  });
});
