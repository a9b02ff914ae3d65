import assert from 'node:assert/strict';

import { compareFolder } from '../../src/engine/compare/compare';
import { ExcludeRules } from '../../src/engine/scan/exclude';
import { receiptsInMemory } from '../support/memory/recordsInMemory';
import type { FolderReceipts } from '../../src/engine/records/receiptStore';
import type { FilePath } from '../../src/protocol/folders';
import { writeTree } from '../support/disk/localTree';
import { openStubStore } from '../support/servers/stubStore';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { answering, noObjects, wrongAnswers } from '../support/servers/wrongAnswers';
import { aLocalFile } from '../support/engine/aFile';

const hello = '5d41402abc4b2a76b9719d911017c592';

describe('A comparison with a store of odd lists', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let receipts: FolderReceipts;
  beforeEach(async () => {
    folder = await temporaryFolder('proven');
    await writeTree(folder.path, { 'here.txt': 'hello' }, Date.UTC(2023, 0));
    receipts = receiptsInMemory().of({
      folderId: 'f',
      store: 'e',
      bucket: 'b',
      prefix: 'p/',
    });
    prove('freed.bin');
  });
  afterEach(() => folder.remove());

  function prove(name: string): void {
    const path = name as FilePath;
    receipts.put({
      local: aLocalFile({ path, size: 5 }),
      sha256: 'x',
      etag: hello,
      crc32: undefined,
      versionId: undefined,
      hashBegan: 1,
      provedAt: Date.UTC(2024, 0),
    });
  }

  /** The verdicts by path, where the store gives that list. */
  async function verdicts(body: string): Promise<Readonly<Record<string, string>>> {
    const { bucket, close } = await openStubStore(answering(body));
    try {
      const { findings, incomplete } = await compareFolder({
        root: folder.path,
        bucket,
        prefix: 'p/',
        starts: ['' as FilePath],
        exclude: new ExcludeRules([]),
        rule: 'smart',
        receipts,
        signal: signal(),
      });
      assert.equal(incomplete, undefined);
      const all = [...findings];
      assert.equal(new Set(all.map(({ path }) => path)).size, all.length);
      return Object.fromEntries(
        all.map(({ path, verdict }) => [
          path,
          verdict.kind === 'ignored' && verdict.because.kind === 'not-a-path'
            ? `ignored: ${verdict.because.fault}`
            : verdict.kind === 'unchecked'
              ? `unchecked: ${verdict.failure.code}`
              : verdict.kind,
        ]),
      );
    } finally {
      await close();
    }
  }

  for (const [what, body] of Object.entries(wrongAnswers)) {
    if (what === 'a list of objects') continue;
    it(`fails, and takes nothing for missing or lost, where it gets ${what}`, async () => {
      await assert.rejects(verdicts(body), { code: 'not-s3' });
    });
  }

  const good = entry('p/here.txt') + entry('p/freed.bin');
  const asItShould = { 'here.txt': 'up-to-date', 'freed.bin': 'only-in-cloud' };

  it('is the same where the store gives its elements a prefix', async () => {
    const prefixed = list(good)
      .replaceAll(/<(\/?)(?=\w)/g, '<$1s3:')
      .replace('xmlns=', 'xmlns:s3=');
    assert.match(prefixed, /^<\?xml.*<s3:ListBucketResult/s);
    assert.deepEqual(await verdicts(prefixed), asItShould);
  });

  const odd: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
    ['no ETag', entry('p/odd', { etag: undefined }), { odd: 'ignored: incomplete' }],
    ['an empty ETag', entry('p/odd', { etag: '' }), { odd: 'ignored: incomplete' }],
    ['an ETag of quotes', entry('p/odd', { etag: '&quot;&quot;' }), { odd: 'ignored: incomplete' }],
    ['no size', entry('p/odd', { size: '' }), { odd: 'ignored: incomplete' }],
    ['an empty size', entry('p/odd', { size: '<Size/>' }), { odd: 'ignored: incomplete' }],
    [
      'words for a size',
      entry('p/odd', { size: '<Size>big</Size>' }),
      { odd: 'ignored: incomplete' },
    ],
    ['an empty time', entry('p/odd', { time: '<LastModified/>' }), { odd: 'ignored: incomplete' }],
    [
      'an impossible time',
      entry('p/odd', { time: '<LastModified>0000-00-00T00:00:00Z</LastModified>' }),
      { odd: 'ignored: incomplete' },
    ],
    [
      'words for a time',
      entry('p/odd', { time: '<LastModified>now</LastModified>' }),
      { odd: 'ignored: incomplete' },
    ],
    ['no time', entry('p/odd', { time: '' }), { odd: 'ignored: incomplete' }],
    [
      'a folder without ETag',
      entry('p/odd/', { etag: undefined }),
      { 'odd/': 'ignored: folder-marker' },
    ],
    ['a bare %', entry('p/100%.txt'), { '100%.txt': 'ignored: not-decodable' }],
    ['Latin-1', entry('p/%E4.txt'), { 'ä.txt': 'ignored: not-decodable' }],
    [
      'a bare % beside escapes',
      entry('p/%C3%A4/5%+of+%E2%82%AC'),
      { 'ä/5% of €': 'ignored: not-decodable' },
    ],
    [
      'blanks in both spellings, beside a plus and a %',
      entry('p/a+b%20c%2Bd%25'),
      { 'a b c+d%': 'only-in-cloud' },
    ],
    [
      'one name twice',
      entry('p/odd') + entry('p/odd', { size: '' }),
      { odd: 'only-in-cloud', './p/odd': 'ignored: incomplete' },
    ],
  ];
  for (const [what, contents, rows] of odd) {
    it(`sets an entry aside that has ${what}, and judges the others`, async () => {
      assert.deepEqual(await verdicts(list(good + contents)), { ...asItShould, ...rows });
    });
  }

  it('fails where an entry has no key: it may be any file’s', async () => {
    const keyless = entry('p/x').replace('<Key>p/x</Key>', '');
    await assert.rejects(verdicts(list(good + keyless)), { code: 'not-s3' });
  });

  it('calls no file missing or lost that an odd entry may be of', async () => {
    await writeTree(folder.path, { '100%.txt': 'hello' });
    prove('ä.txt');
    const contents =
      entry('p/here.txt') +
      entry('p/freed.bin', { etag: undefined }) +
      entry('p/100%.txt') +
      entry('p/%E4.txt');
    assert.deepEqual(await verdicts(list(contents)), {
      'here.txt': 'up-to-date',
      'freed.bin': 'unchecked: odd-entry',
      '100%.txt': 'unchecked: odd-entry',
      'ä.txt': 'unchecked: odd-entry',
    });
  });
});

function list(contents: string): string {
  return `<?xml version="1.0"?>\n${noObjects
    .replace('</Name>', '</Name><EncodingType>url</EncodingType>')
    .replace('</ListBucketResult>', `${contents}</ListBucketResult>`)}`;
}

interface EntryFields {
  readonly etag?: string | undefined;
  readonly size?: string;
  readonly time?: string;
}

function entry(key: string, fields: EntryFields = {}): string {
  const {
    etag,
    size = '<Size>5</Size>',
    time = '<LastModified>2024-01-01T00:00:00.000Z</LastModified>',
  } = { etag: `&quot;${hello}&quot;`, ...fields };
  const tag = etag === undefined ? '' : `<ETag>${etag}</ETag>`;
  return `<Contents><Key>${key}</Key>${time}${tag}${size}</Contents>`;
}

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}
