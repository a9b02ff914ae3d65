import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { mock } from 'node:test';

import { collectBounded } from '../../src/engine/s3/proveAnswers';
import { eventually } from '../support/suite/eventually';
import { openStubStore } from '../support/servers/stubStore';

const signal = new AbortController().signal;

/** What lists of each kind say of the way to the next page, and how one reads them. */
const lists = [
  {
    what: 'objects',
    page: (next: string, entry: string) =>
      `<ListBucketResult><Name>b</Name><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>` +
      `<NextContinuationToken>${next}</NextContinuationToken>${entry}</ListBucketResult>`,
    entry: (number: number) =>
      `<Contents><Key>a${String(number)}</Key><Size>1</Size><ETag>"e"</ETag>` +
      '<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>',
    pages: ({ bucket }: Store) => bucket.list({ prefix: '', signal }),
  },
  {
    what: 'versions',
    page: (next: string, entry: string) =>
      `<ListVersionsResult><Name>b</Name><IsTruncated>true</IsTruncated>` +
      `<NextKeyMarker>${next}</NextKeyMarker>${entry}</ListVersionsResult>`,
    entry: (number: number) =>
      `<Version><Key>a</Key><VersionId>${String(number)}</VersionId>` +
      '<IsLatest>true</IsLatest><Size>1</Size>' +
      '<ETag>"e"</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Version>',
    pages: ({ bucket }: Store) => bucket.listVersions({ key: 'a', signal }),
  },
  {
    what: 'parts',
    page: (next: string, entry: string) =>
      `<ListPartsResult><IsTruncated>true</IsTruncated>` +
      `<NextPartNumberMarker>${next}</NextPartNumberMarker>${entry}</ListPartsResult>`,
    entry: (number: number) =>
      `<Part><PartNumber>${String(number)}</PartNumber><Size>1</Size><ETag>"e"</ETag></Part>`,
    pages: ({ bucket }: Store) =>
      bucket.listParts({ key: 'a', uploadId: 'u', checksum: 'none' }, signal),
  },
] as const;

type Store = Awaited<ReturnType<typeof openStubStore>>;

/** The same page as the last of its list. */
function ending(page: string): string {
  return page.replace('<IsTruncated>true<', '<IsTruncated>false<');
}

async function readAll(pages: AsyncIterable<readonly unknown[]>): Promise<readonly unknown[]> {
  const entries: unknown[] = [];
  for await (const page of pages) entries.push(...page);
  return entries;
}

describe('A store that never comes to an end', function () {
  this.timeout(120_000);
  let store: Store;
  let asked: number;

  async function open(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<void> {
    asked = 0;
    store = await openStubStore((request, response) => {
      asked++;
      answer(request, response);
    });
  }
  afterEach(async () => {
    isTimeMocked = false;
    mock.timers.reset();
    mock.restoreAll();
    await store.close();
  });

  function answerXml(response: ServerResponse, text: string): void {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(text);
  }

  for (const { what, page, entry, pages } of lists) {
    it(`is told where pages of ${what} run in a circle`, async () => {
      await open((_, response) => {
        answerXml(response, page(String((asked % 3) + 1), entry(asked)));
      });
      await assert.rejects(readAll(pages(store)), { code: 'store-error' });
      assert.ok(asked <= 4, String(asked));
    });

    it(`is told where pages of ${what} stay empty`, async () => {
      await open((_, response) => {
        answerXml(response, page(String(asked), ''));
      });
      await assert.rejects(readAll(pages(store)), { code: 'store-error' });
      assert.ok(asked <= 1_000, String(asked));
    });

    it(`is told where pages of ${what} repeat each other under ever new tokens`, async () => {
      await open((_, response) => {
        const text = page(String(asked), entry((asked % 3) + 1));
        answerXml(response, asked < 20 ? text : ending(text));
      });
      await assert.rejects(readAll(pages(store)), { code: 'store-error' });
      assert.ok(asked <= 6, String(asked));
    });

    it(`is none where pages of ${what} are in no order`, async () => {
      const order = [4, 1, 3, 5, 2];
      await open((_, response) => {
        const text = page(String(asked), entry(order[asked - 1]!));
        answerXml(response, asked < order.length ? text : ending(text));
      });
      assert.equal((await readAll(pages(store))).length, order.length);
    });
  }

  it('is none whose list of buckets has an empty token at its end', async () => {
    await open((_, response) => {
      answerXml(
        response,
        '<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets>' +
          '<ContinuationToken></ContinuationToken></ListAllMyBucketsResult>',
      );
    });
    const { buckets, next } = await store.account.buckets({ signal });
    assert.deepEqual([buckets.length, next], [1, undefined]);
  });

  it('is left where its answer does not end', async () => {
    let isLeft = false;
    await open((_, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.write('<ListBucketResult><Name>');
      Readable.from(endless()).pipe(response);
      response.on('close', () => (isLeft = true));
    });
    await assert.rejects(readAll(lists[0].pages(store)), { code: 'not-s3' });
    assert.equal(asked, 1);
    await eventually(() => {
      assert.ok(isLeft);
    });
  });

  const trickling = [
    ...lists.map(({ what, pages }) => ({
      what: `a list of ${what}`,
      read: async () => {
        await readAll(pages(store));
      },
    })),
    {
      what: 'a list of buckets',
      read: async () => {
        await store.account.buckets({ signal });
      },
    },
  ];
  for (const { what, read } of trickling) {
    it(`is left where ${what} trickles, though it never stalls`, async () => {
      await open((_, response) => {
        trickle(response, '');
      });
      mockTime();
      await assert.rejects(whileTimePasses(read()), { code: 'timed-out' });
      assert.ok(seemingMs < 400_000, String(seemingMs));
    });
  }

  it('is none whose list comes slowly, or is long in coming', async () => {
    const { page, entry, pages } = lists[0];
    const text = ending(page('', Array.from({ length: 100 }, (_, at) => entry(at)).join('')));
    await open((_, response) => {
      // A space while it looks for them, then 100 bytes a second.
      const sent = [...Array<string>(5).fill(' '), ...text.match(/[^]{1,1000}/g)!];
      response.writeHead(200, { 'content-type': 'application/xml' });
      const send = () => {
        const next = sent.shift();
        if (next === undefined) response.end();
        else response.write(next, () => setImmediate(send));
        passTime(10_000);
      };
      send();
    });
    mockTime();
    assert.equal((await whileTimePasses(readAll(pages(store)))).length, 100);
    assert.equal(asked, 1);
  });

  it('is left where a body trickles, though it never stalls', async () => {
    const body = Buffer.alloc(100_000);
    await open(({ headers }, response) => {
      const start = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
      const range = `bytes ${String(start)}-${String(body.byteLength - 1)}/${String(body.byteLength)}`;
      response.writeHead(headers.range === undefined ? 200 : 206, {
        etag: '"e"',
        'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
        'content-length': String(body.byteLength - start),
        ...(headers.range !== undefined && { 'content-range': range }),
      });
      const send = () => {
        if (response.destroyed) return;
        response.write(' ', () => setImmediate(send));
        passTime(10_000);
      };
      send();
    });
    mockTime();
    const content = await store.bucket.get({ key: 'a', signal });
    await assert.rejects(whileTimePasses(buffer(content.body)), { code: 'timed-out' });
    assert.ok(asked <= 4, String(asked));
  });

  it('is none that takes long to put parts together, and sends spaces meanwhile', async () => {
    const part = { partNumber: 1, size: 1, etag: '0'.repeat(32), crc32: undefined };
    const etag = `${hash('md5', Buffer.alloc(16))}-1`;
    await open(({ method }, response) => {
      if (method === 'POST') {
        const result = 'CompleteMultipartUploadResult';
        trickle(response, `<${result}><ETag>"${etag}"</ETag></${result}>`);
      } else response.writeHead(404).end();
    });
    mockTime();
    const upload = { key: 'a', uploadId: 'u', checksum: 'none' } as const;
    const condition = { kind: 'absent' } as const;
    const request = { upload, parts: [part], size: 1, condition, signal };
    const done = await whileTimePasses(store.bucket.completeMultipart(request));
    assert.equal(done.etag, etag);
  });

  it('is read as far as the limit, and no byte less', async () => {
    await open(() => undefined);
    const pieces = () => Readable.from([Buffer.from('ab'), Buffer.from('c')]);
    assert.equal(Buffer.from(await collectBounded(pieces(), { limitBytes: 3 })).toString(), 'abc');
    await assert.rejects(collectBounded(pieces(), { limitBytes: 2 }), { name: 'MalformedAnswer' });
  });
});

/** How much time has passed, as it seems. */
let seemingMs = 0;
let isTimeMocked = false;

function mockTime(): void {
  seemingMs = 0;
  isTimeMocked = true;
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => seemingMs);
  mock.method(Math, 'random', () => 0);
}

/** Answers with a space for each ten seconds, as it seems, of a quarter of an hour, and then ends. */
function trickle(response: ServerResponse, end: string): void {
  let spaces = 0;
  response.writeHead(200, { 'content-type': 'application/xml' });
  const send = () => {
    if (response.destroyed) return;
    if (++spaces > 90) {
      response.end(end);
      return;
    }
    response.write(' ');
    passTime(10_000);
    setImmediate(send);
  };
  send();
}

/** Lets the pauses between attempts pass. */
async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const end = () => {
    ended.abort();
  };
  work.then(end, end);
  while (!ended.signal.aborted) {
    await new Promise(resolve => setImmediate(resolve));
    passTime(1);
  }
  return work;
}

function passTime(ms: number): void {
  // An answer may still be on its way when its test has ended.
  if (!isTimeMocked) return;
  seemingMs += ms;
  mock.timers.tick(ms);
}

function* endless(): Generator<Buffer> {
  const piece = Buffer.alloc(1 << 20, 'a');
  for (;;) yield piece;
}
