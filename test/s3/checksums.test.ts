import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

import type { Bucket, StoredObject } from '../../src/engine/ports/bucket';
import { crc32Of } from '../../src/engine/checksums/crc32';
import { openStubStore } from '../support/servers/stubStore';

describe('The checksum of a single put', function () {
  this.timeout(120_000);

  it('is the CRC32 where the store gives it back, from then on without an MD5', async () => {
    const { put, puts } = await store((body, answer) => {
      answer.setHeader('x-amz-checksum-crc32', crc32Of(body));
      answer.setHeader('etag', '"no digest"');
      answer.end();
    });
    for (const body of [randomBytes(100), randomBytes(0)]) {
      assert.equal((await put(body)).crc32, crc32Of(body));
    }
    assert.deepEqual(puts, ['crc32 and md5', 'crc32']);
  });

  it('is the MD5 where the store does not mind the CRC32', async () => {
    const { put, puts } = await store((body, answer) => {
      answer.setHeader('etag', etagOf(body)).end();
    });
    for (const body of [randomBytes(100), randomBytes(0)]) {
      assert.equal((await put(body)).crc32, undefined);
    }
    assert.deepEqual(puts, ['crc32 and md5', 'md5']);
  });

  for (const [status, code] of [
    // It may mean the condition, which is given up last.
    [501, 'NotImplemented'],
    [400, 'InvalidArgument'],
  ] as const) {
    it(`is the MD5 where the store refuses the CRC32 with ${String(status)}`, async () => {
      const { put, puts } = await store((body, answer, request) => {
        if ('x-amz-checksum-crc32' in request.headers) {
          answer.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
        } else {
          answer.setHeader('etag', etagOf(body)).end();
        }
      });
      const sent: number[] = [];
      await put(randomBytes(100), bytes => sent.push(bytes));
      await put(randomBytes(100));
      assert.deepEqual(puts, ['crc32 and md5', 'md5', 'md5']);
      assert.equal(
        sent.reduce((sum, bytes) => sum + bytes, 0),
        100,
      );
    });
  }

  it('is the MD5 from then on where the store refuses the CRC32 that it has kept before', async () => {
    let keeps = true;
    const { put, puts } = await store((body, answer, request) => {
      const crc32 = request.headers['x-amz-checksum-crc32'];
      if (crc32 !== undefined && !keeps) {
        answer.writeHead(400).end('<Error><Code>InvalidArgument</Code></Error>');
        return;
      }
      if (crc32 !== undefined) answer.setHeader('x-amz-checksum-crc32', crc32Of(body));
      answer.setHeader('etag', etagOf(body)).end();
    });
    await put(randomBytes(100));
    keeps = false;
    await put(randomBytes(100));
    await put(randomBytes(100));
    assert.deepEqual(puts, ['crc32 and md5', 'crc32', 'md5', 'md5']);
  });

  it('stays an open question where something else was refused', async () => {
    let refused = 2;
    const { put, puts } = await store((body, answer) => {
      if (refused-- > 0) {
        answer.writeHead(400).end('<Error><Code>InvalidRequest</Code></Error>');
      } else {
        answer.setHeader('x-amz-checksum-crc32', crc32Of(body));
        answer.setHeader('etag', '"no digest"').end();
      }
    });
    await assert.rejects(put(randomBytes(10)), { code: 'unexpected' });
    await put(randomBytes(10));
    assert.deepEqual(puts, ['crc32 and md5', 'md5', 'crc32 and md5']);
  });

  for (const [what, headers] of [
    ['a CRC32', { etag: '"no digest"', 'x-amz-checksum-crc32': crc32Of(Buffer.from('other')) }],
    ['an ETag', { etag: etagOf(Buffer.from('other')) }],
  ] as const) {
    it(`fails where the store answers twice with ${what} of other bytes`, async () => {
      const { put, puts } = await store((_, answer) => {
        for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value);
        answer.end();
      });
      await assert.rejects(put(Buffer.from('body')), { code: 'not-verified' });
      assert.equal(puts.length, 2);
    });
  }

  /** A store that takes puts as a test says. */
  async function store(
    take: (body: Buffer, answer: ServerResponse, request: IncomingMessage) => void,
  ) {
    const puts: string[] = [];
    const etags = new Map<string | undefined, string>();
    const { bucket, close } = await openStubStore(async (request, answer) => {
      if (request.method === 'HEAD') {
        const etag = etags.get(request.url);
        const modified = { 'last-modified': new Date().toUTCString() };
        if (etag === undefined) answer.writeHead(404).end();
        else answer.writeHead(200, { etag, 'content-length': 0, ...modified }).end();
        return;
      }
      const body = await buffer(request);
      puts.push(guardsOf(request));
      take(body, answer, request);
      const etag = answer.getHeader('etag');
      if (typeof etag === 'string') etags.set(request.url?.split('?')[0], etag);
    });
    closing.push(close);
    return {
      puts,
      put: (body: Uint8Array, onSent?: (bytes: number) => void): Promise<StoredObject> =>
        bucket.put({ key: String(puts.length), body, ...written, ...(onSent && { onSent }) }),
    };
  }
});

describe('The checksum of an upload in parts', function () {
  this.timeout(120_000);
  const bodies = [randomBytes(5 << 20), randomBytes(1_000)];
  const whole = Buffer.concat(bodies);

  it('is the CRC32 of the whole, with its size, where the store takes it', async () => {
    const { bucket, asked } = await store('FULL_OBJECT', answer => {
      answer.end(completed('no digest', crc32Of(whole)));
    });
    const stored = await upload(bucket);
    assert.equal(stored.crc32, crc32Of(whole));
    const last = asked.at(-1)!;
    assert.equal(last.headers['x-amz-checksum-crc32'], crc32Of(whole));
    assert.equal(last.headers['x-amz-checksum-type'], 'FULL_OBJECT');
    assert.equal(last.headers['x-amz-mp-object-size'], String(whole.length));
    assert.deepEqual(asked.filter(({ method }) => method === 'PUT').map(guardsOf), [
      'crc32',
      'crc32',
    ]);
    // Nothing more was asked than begun, sent and completed.
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['POST', 'PUT', 'PUT', 'HEAD', 'POST'],
    );
  });

  it('is the MD5 of each part where the store knows no CRC32', async () => {
    const { bucket, asked } = await store(undefined, answer => {
      answer.end(completed(etagOfParts(bodies), undefined));
    });
    assert.equal((await upload(bucket)).crc32, undefined);
    assert.deepEqual(asked.filter(({ method }) => method === 'PUT').map(guardsOf), ['md5', 'md5']);
    assert.equal('x-amz-checksum-crc32' in asked.at(-1)!.headers, false);
  });

  it('is the MD5 of each part where the store knows checksums of parts only', async () => {
    const { bucket, asked } = await store('COMPOSITE', answer => {
      answer.end(completed(etagOfParts(bodies), undefined));
    });
    await upload(bucket);
    await upload(bucket);
    // The first upload was given up for one without.
    const begun = asked.filter(({ url }) => url!.includes('uploads'));
    assert.deepEqual(
      begun.map(({ headers }) => headers['x-amz-checksum-algorithm']),
      ['CRC32', undefined, undefined],
    );
    assert.equal(asked.filter(({ method }) => method === 'DELETE').length, 1);
    assert.ok(asked.filter(({ method }) => method === 'PUT').every(put => guardsOf(put) === 'md5'));
  });

  it('fails where the store has made something else of the parts', async () => {
    const { bucket } = await store('FULL_OBJECT', answer => {
      answer.end(completed(etagOfParts(bodies), crc32Of(Buffer.from('other'))));
    });
    await assert.rejects(upload(bucket), { code: 'not-verified' });
  });

  it('takes an error for one that comes after a 200', async () => {
    let failures = 1;
    const { bucket, asked } = await store('FULL_OBJECT', answer => {
      const error = '<Error><Code>InternalError</Code><Message>Try again.</Message></Error>';
      answer.end(
        failures-- > 0 ? `<?xml version="1.0"?>\n  ${error}` : completed('x-2', crc32Of(whole)),
      );
    });
    await upload(bucket);
    assert.equal(asked.filter(isCompletion).length, 2);

    const failing = await store('FULL_OBJECT', answer => {
      answer.end('<Error><Code>InternalError</Code></Error>');
    });
    await assert.rejects(upload(failing.bucket), { code: 'file-refused' });
  });

  it('says that an upload is to be begun anew which met another write', async () => {
    const { bucket, asked } = await store('FULL_OBJECT', answer => {
      answer.writeHead(409);
      answer.end('<Error><Code>ConditionalRequestConflict</Code></Error>');
    });
    await assert.rejects(upload(bucket), { code: 'no-such-upload' });
    assert.equal(asked.filter(isCompletion).length, 1);
  });

  for (const step of ['a part', 'the completion'] as const) {
    it(`is left out from then on where ${step} is refused with it, and not without`, async () => {
      const { bucket, algorithms } = await refusing(step, request => isGuarded(request));
      await assert.rejects(upload(bucket), { code: 'no-such-upload' });
      await upload(bucket);
      await upload(bucket);
      assert.deepEqual(algorithms(), ['CRC32', undefined, undefined]);
    });

    it(`stays an open question where ${step} is refused without it, too`, async () => {
      let refused = 2;
      const { bucket, algorithms } = await refusing(step, () => refused-- > 0);
      await assert.rejects(upload(bucket), { code: 'no-such-upload' });
      await assert.rejects(upload(bucket), { code: 'unexpected' });
      await upload(bucket);
      assert.deepEqual(algorithms(), ['CRC32', undefined, 'CRC32']);
    });

    it(`is nothing to remember while only ${step} with it was refused`, async () => {
      const { connection, bucket } = await refusing(step, request => isGuarded(request));
      await assert.rejects(upload(bucket), { code: 'no-such-upload' });
      const known = () =>
        connection.capabilitiesOf('b').find(({ name }) => name === 'checksum-of-upload')?.state;
      assert.notEqual(known(), 'unsupported');
      await upload(bucket);
      assert.equal(known(), 'unsupported');
    });
  }

  function isGuarded({ headers }: IncomingMessage): boolean {
    return 'x-amz-checksum-crc32' in headers;
  }

  function isCompletion({ url, method }: IncomingMessage): boolean {
    return method === 'POST' && url?.includes('uploadId=') === true;
  }

  /** A store that takes checksums, and refuses some of these requests without a reason. */
  async function refusing(
    step: 'a part' | 'the completion',
    refuses: (request: IncomingMessage) => boolean,
  ) {
    const opened = await store(
      'FULL_OBJECT',
      (answer, request) => {
        const crc32 = request.headers['x-amz-checksum-crc32'];
        answer.end(completed(etagOfParts(bodies), crc32 && crc32Of(whole)));
      },
      request => {
        const isStep = step === 'a part' ? request.method === 'PUT' : isCompletion(request);
        return isStep && refuses(request);
      },
    );
    const algorithms = () =>
      opened.asked
        .filter(({ url }) => url!.includes('uploads'))
        .map(({ headers }) => headers['x-amz-checksum-algorithm']);
    return { ...opened, algorithms };
  }

  /** A store that says so of its checksums when an upload begins. */
  async function store(
    type: string | undefined,
    complete: (answer: ServerResponse, request: IncomingMessage) => void,
    refuses: (request: IncomingMessage) => boolean = () => false,
  ) {
    const asked: IncomingMessage[] = [];
    const { bucket, connection, close } = await openStubStore(async (request, answer) => {
      asked.push(request);
      const { method } = request;
      const body = await buffer(request);
      if (refuses(request)) {
        answer.writeHead(400).end('<Error><Code>InvalidRequest</Code></Error>');
      } else if (method === 'PUT') {
        const crc32 = request.headers['x-amz-checksum-crc32'];
        answer.setHeader('etag', etagOf(body));
        if (crc32 !== undefined) answer.setHeader('x-amz-checksum-crc32', crc32Of(body));
        answer.end();
      } else if (isCompletion(request)) {
        complete(answer, request);
      } else if (method === 'POST') {
        if (type !== undefined && 'x-amz-checksum-algorithm' in request.headers) {
          answer.setHeader('x-amz-checksum-algorithm', 'CRC32');
          answer.setHeader('x-amz-checksum-type', type);
        }
        answer.end(
          '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
        );
      } else if (method === 'DELETE') {
        answer.writeHead(204).end();
      } else {
        answer.writeHead(404).end();
      }
    });
    closing.push(close);
    return { bucket, connection, asked };
  }

  async function upload(bucket: Bucket): Promise<StoredObject> {
    const { attributes, signal, condition } = written;
    const started = await bucket.startMultipart({ key: 'object', attributes, signal });
    const parts = [];
    for (const [index, body] of bodies.entries()) {
      const partNumber = index + 1;
      parts.push(await bucket.putPart({ upload: started, partNumber, body, signal }));
    }
    const size = whole.length;
    return bucket.completeMultipart({ upload: started, parts, size, condition, signal });
  }
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const written = {
  attributes: { contentType: 'text/plain', metadata: {} },
  condition: { kind: 'absent' },
  signal: new AbortController().signal,
} as const;

function guardsOf({ headers }: IncomingMessage): string {
  const guards = [];
  if ('x-amz-checksum-crc32' in headers) guards.push('crc32');
  if ('content-md5' in headers) guards.push('md5');
  return guards.join(' and ');
}

function md5Of(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function etagOf(bytes: Uint8Array): string {
  return `"${md5Of(bytes).toString('hex')}"`;
}

function etagOfParts(parts: readonly Uint8Array[]): string {
  const digest = md5Of(Buffer.concat(parts.map(md5Of))).toString('hex');
  return `${digest}-${String(parts.length)}`;
}

function completed(etag: string, crc32: string | undefined): string {
  const checksum =
    crc32 === undefined
      ? ''
      : `<ChecksumCRC32>${crc32}</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>`;
  return `<CompleteMultipartUploadResult><ETag>"${etag}"</ETag>${checksum}</CompleteMultipartUploadResult>`;
}
