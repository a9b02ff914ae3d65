import assert from 'node:assert/strict';

import type { Bucket } from '../../../src/engine/ports/bucket';
import { newPrefix, patience, put, read, listAll, assertFails } from './calls';
import type { Capability, Harness } from './harness';

/** Names are used exactly as given. */
export function describeNames({ bucket, itWhere }: Harness): void {
  describe('names', () => {
    for (const [what, name] of Object.entries(ordinaryNames)) {
      it(`keeps ${what}`, () => assertRoundTrip(bucket(), `${newPrefix()}${name}`));
    }
    for (const { capability, what, key } of specialNames) {
      itWhere(capability, `keeps ${what}`, () => assertRoundTrip(bucket(), key(newPrefix())));
    }

    it('tells apart names that only look the same', async () => {
      const prefix = newPrefix();
      const names = [
        'caf\u00e9',
        'cafe\u0301',
        'CAFE',
        'cafe',
        'a b',
        'a+b',
        'a%20b',
        'a%2Bb',
        'ａ',
      ];
      for (const name of names) await put(bucket(), prefix + name, Buffer.from(name));
      const keys = (await listAll(bucket(), prefix)).map(({ key }) => key);
      assert.deepEqual(keys.sort(), names.map(name => prefix + name).sort());
      for (const name of names) {
        assert.equal((await read(bucket(), prefix + name)).toString(), name);
      }
    });

    itWhere('fileBesideFolder', 'keeps a file and a folder of one name', async () => {
      const prefix = newPrefix();
      const names = ['name', 'name/below', 'name.txt', 'name0'];
      for (const name of names) await put(bucket(), prefix + name, Buffer.from(name));
      const keys = (await listAll(bucket(), prefix)).map(({ key }) => key);
      assert.deepEqual(keys.sort(), names.map(name => prefix + name).sort());
      for (const name of names) {
        assert.equal((await read(bucket(), prefix + name)).toString(), name);
      }
    });

    itWhere('nameLimit', 'refuses a name longer than 1,024 bytes', async () => {
      // In segments that are short: it is the whole that is too long.
      const key = `${newPrefix()}${'0123456789abcde/'.repeat(70)}end`;
      await assertFails('key-too-long', put(bucket(), key, Buffer.from('x')));
    });
  });
}

const ordinaryNames: Readonly<Record<string, string>> = {
  'a space': 'a b.txt',
  'spaces at both ends': ' a ',
  'a plus': 'a+b',
  'percent signs': 'a%b %25 %2F %zz',
  'signs of XML': '<a>&amp;"\'</a>',
  'signs of a URL': 'a?b=c&d#e;f:g@h',
  'signs that encoders leave alone or not': "!*'()~$,=[]{}^`|",
  'a line feed': 'a\nb',
  'a tab': 'a\tb',
  'an emoji': '😀 👩‍👩‍👧.txt',
  'a composed letter': 'caf\u00e9',
  'a decomposed letter': 'cafe\u0301',
  'letters of many scripts': 'Ω ж 漢字 한글 עברית.md',
  'the last characters of the basic plane': 'a\uff5e\ufffd',
  'a leading dot': '.hidden/.env',
  'a trailing dot': 'a.',
  'three dots': '.../a',
  'a name that means something on Windows': 'CON/nul.txt',
  'words of JavaScript': '__proto__/constructor',
  '1,000 bytes in folders': `${'0123456789abcdefghi/'.repeat(48)}0123`,
};

const specialNames: readonly {
  readonly capability: Capability;
  readonly what: string;
  readonly key: (prefix: string) => string;
}[] = [
  {
    capability: 'emptySegments',
    what: 'an empty segment',
    key: prefix => `${prefix}a//b`,
  },
  { capability: 'emptySegments', what: 'a leading slash', key: prefix => `/${prefix}a` },
  { capability: 'dotSegments', what: 'a segment of two dots', key: prefix => `${prefix}a/../b` },
  { capability: 'dotSegments', what: 'a segment of one dot', key: prefix => `${prefix}a/./b` },
  { capability: 'folderMarkers', what: 'a trailing slash', key: prefix => `${prefix}folder/` },
  { capability: 'backslashes', what: 'a backslash', key: prefix => `${prefix}a\\b` },
  { capability: 'carriageReturns', what: 'a carriage return', key: prefix => `${prefix}a\rb` },
  {
    capability: 'controlCharacters',
    what: 'control characters',
    key: prefix => `${prefix}a\u0001b\u001f\u007f`,
  },
  {
    capability: 'longSegments',
    what: 'a segment that fills 1,024 bytes',
    key: prefix => prefix.padEnd(1_024, 'x'),
  },
];

async function assertRoundTrip(bucket: Bucket, key: string): Promise<void> {
  const body = Buffer.from(key.endsWith('/') ? '' : key);
  const { etag } = await put(bucket, key, body);
  assert.deepEqual(await read(bucket, key), body);
  assert.equal((await bucket.head({ key, signal: patience() }))?.etag, etag);
  // Everything up to its last slash, as the engine lists it, and the whole.
  for (const prefix of [key.slice(0, key.lastIndexOf('/', key.length - 2) + 1), key]) {
    const found = (await listAll(bucket, prefix)).filter(listed => listed.key === key);
    assert.deepEqual(
      found.map(({ size }) => size),
      [body.length],
      JSON.stringify(prefix),
    );
  }
}
