import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

import type { Bucket } from '../../src/engine/ports/bucket';
import { cloudVersions } from '../../src/engine/store/cloudCopies';
import type { FilePath } from '../../src/protocol/folders';
import { aFolder } from '../support/engine/aFolder';
import { openStubStore } from '../support/servers/stubStore';

const etagOfSeen = hash('md5', 'seen');
const whole = {
  time: '<LastModified>2024-01-02T00:00:00.000Z</LastModified>',
  etag: `<ETag>"${etagOfSeen}"</ETag>`,
  size: '<Size>4</Size>',
};
const odd = {
  'no size': { ...whole, size: '' },
  'no time': { ...whole, time: '' },
  'an impossible time': { ...whole, time: '<LastModified>0000-00-00T00:00:00Z</LastModified>' },
  'words for a time': { ...whole, time: '<LastModified>now</LastModified>' },
  'no ETag': { ...whole, etag: '' },
  'an empty ETag': { ...whole, etag: '<ETag/>' },
};

describe('A list of versions with one odd entry', function () {
  this.timeout(120_000);
  const setup = aFolder({ root: '/p', bucket: 'b', prefix: 'p/' });
  const request = { setup, path: 'a' as FilePath };
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  /** A bucket that keeps versions, of which the list shows these of `p/a`. */
  async function open(versions: string): Promise<Bucket> {
    const opened = await openStubStore((asked, answer) => answerTo(asked, answer, versions));
    close = opened.close;
    return opened.bucket;
  }

  for (const [what, fields] of Object.entries(odd)) {
    it(`shows the others, and that they are not all, where one has ${what}`, async () => {
      const bucket = await open(version('v3') + version('v2', fields) + version('v1'));
      const { versions, areAll } = await cloudVersions(bucket, request, signal());
      assert.deepEqual(
        versions.map(({ versionId, size }) => [versionId, size]),
        [
          ['v3', 4],
          ['v1', 4],
        ],
      );
      assert.equal(areAll, false);
    });

    it(`accuses no write of having replaced it, where it has ${what}`, async () => {
      const ours = { ...whole, etag: `<ETag>"${hash('md5', 'ours')}"</ETag>` };
      const bucket = await open(version('new', ours) + version('v1', fields));
      const stored = await bucket.put({
        key: 'p/a',
        body: Buffer.from('ours'),
        condition: { kind: 'unchanged', etag: etagOfSeen },
        attributes: { contentType: 'text/plain', metadata: {} },
        signal: signal(),
      });
      assert.equal(stored.versionId, 'new');
    });
  }

  it('is still looked at where all of it is whole', async () => {
    const ours = { ...whole, etag: `<ETag>"${hash('md5', 'ours')}"</ETag>` };
    const theirs = { ...whole, etag: `<ETag>"${hash('md5', 'theirs')}"</ETag>` };
    const bucket = await open(version('new', ours) + version('v1', theirs));
    const putting = bucket.put({
      key: 'p/a',
      body: Buffer.from('ours'),
      condition: { kind: 'unchanged', etag: etagOfSeen },
      attributes: { contentType: 'text/plain', metadata: {} },
      signal: signal(),
    });
    await assert.rejects(putting, { code: 'replaced-unseen' });
  });
});

async function answerTo(
  request: IncomingMessage,
  answer: ServerResponse,
  versions: string,
): Promise<void> {
  const { searchParams } = new URL(request.url ?? '', 'http://store');
  const body = await buffer(request);
  if (request.method === 'HEAD') {
    answer.writeHead(200, {
      etag: `"${etagOfSeen}"`,
      'content-length': 4,
      'last-modified': new Date().toUTCString(),
    });
    answer.end();
  } else if (request.method === 'PUT') {
    answer.writeHead(200, { etag: `"${hash('md5', body)}"`, 'x-amz-version-id': 'new' }).end();
  } else if (searchParams.has('versioning')) {
    answer.end('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
  } else {
    answer.end(
      `<ListVersionsResult><IsTruncated>false</IsTruncated>${versions}</ListVersionsResult>`,
    );
  }
}

function version(id: string, { time, etag, size } = whole): string {
  return `<Version><Key>p/a</Key><VersionId>${id}</VersionId><IsLatest>${String(id === 'v3' || id === 'new')}</IsLatest>${time}${etag}${size}</Version>`;
}

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}
