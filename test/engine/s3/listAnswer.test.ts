import assert from 'node:assert/strict';
import { parseXML } from '@aws-sdk/xml-builder';
import fc from 'fast-check';

import { MalformedAnswer } from '../../../src/engine/failures/malformedAnswer';
import { readListPage, type ListPage } from '../../../src/engine/s3/listAnswer';
import { assertProperty } from '../../support/suite/assertProperty';

describe('readListPage', () => {
  it('reads what an XML parser reads', () => {
    assertProperty(
      fc.property(document, text => {
        assert.deepEqual(
          readListPage(text),
          pageOf(parseXML(text.replace('\uFEFF', '')) as Parsed),
        );
      }),
      { numRuns: 600 },
    );
  });

  it('tells names apart by the carriage returns of a store that escapes nothing', () => {
    const entry = (key: string) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`;
    const text = `<ListBucketResult>${entry('a\nb')}${entry('a\r\nb')}${entry('a\rb')}</ListBucketResult>`;
    const keys = readListPage(text).entries.map(({ key }) => key);
    assert.deepEqual(keys, ['a\nb', 'a\r\nb', 'a\rb']);
  });

  it('takes no document that is cut off', () => {
    assertProperty(
      fc.property(
        document,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (text, at) => {
          const cut = text.trimEnd().slice(0, Math.floor(at * text.trimEnd().length));
          if (cut.trim() === '' || !cut.includes('<ListBucketResult')) return;
          assert.throws(() => readListPage(cut), MalformedAnswer);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('throws nothing but what it says, whatever comes', () => {
    const damaged = fc.tuple(
      document,
      fc.nat(),
      fc.string({ unit: fc.constantFrom('<', '>', '&', '/', '"', 'x', ']]>', '<!--') }),
    );
    assertProperty(
      fc.property(damaged, ([text, at, piece]) => {
        const place = at % text.length;
        try {
          readListPage(text.slice(0, place) + piece + text.slice(place + 1));
        } catch (error) {
          assert.ok(error instanceof MalformedAnswer, String(error));
        }
      }),
      { numRuns: 600 },
    );
  });

  it('reads references to characters of every plane', () => {
    const [entry] = readListPage(
      '<ListBucketResult><Contents><Key>&#128512;&#x1F600;</Key></Contents></ListBucketResult>',
    ).entries;
    assert.equal(entry?.key, '😀😀');
  });

  it('leaves out sizes and times that are none', () => {
    const page = readListPage(
      '<ListBucketResult><Contents><Key>k</Key><Size>-1</Size><LastModified>soon</LastModified></Contents></ListBucketResult>',
    );
    const [entry] = page.entries;
    assert.deepEqual([entry?.size, entry?.modifiedAtMs], [undefined, undefined]);
    assert.equal(page.isTruncated, undefined);
  });
});

const text = fc.string({
  unit: fc.constantFrom('a', 'é', '😀', '<', '&', '>', '"', "'", ' ', '%', '+'),
});
const space = fc.constantFrom('', '', '\n', '  ', '<!-- <Key>no</Key> -->', '<?hint ?>');

/** A text as a store may write it. */
const written = text.chain(plain =>
  fc.constantFrom(
    plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    references(plain, code => String(code)),
    references(plain, code => `x${code.toString(16)}`),
    plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
  ),
);

/** References to characters. The SDK's parser reads those beyond the basic plane wrongly. */
function references(plain: string, digits: (code: number) => string): string {
  return Array.from(plain, each => {
    const code = each.codePointAt(0) ?? 0;
    return code > 0xffff ? each : `&#${digits(code)};`;
  }).join('');
}

function element(name: string, content: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const attribute = fc.constantFrom('', '', ' xmlns="http://s3/"', " a='>'");
  return fc
    .tuple(content, attribute, space)
    .map(([inside, attributes, after]) => `<${name}${attributes}>${inside}</${name}>${after}`);
}

const entry = element(
  'Contents',
  fc
    .record(
      {
        Key: element('Key', written),
        LastModified: element(
          'LastModified',
          fc.constantFrom('2026-11-27T01:02:03.000Z', 'soon', ''),
        ),
        ETag: element('ETag', fc.constantFrom('&quot;e&quot;', '"e"', 'e', '\n  e\n')),
        Size: element('Size', fc.constantFrom('0', '4096', '\n 4096', '-1', '', '1e3')),
        StorageClass: element('StorageClass', fc.constant('STANDARD')),
        Owner: element('Owner', fc.constant('<ID>1</ID><Key>of the owner</Key>')),
      },
      { requiredKeys: ['Key'] },
    )
    .map(fields => Object.values(fields).join('')),
);

/** As almost all stores write one. */
const plainEntry = fc
  .record(
    {
      Key: written,
      LastModified: fc.constantFrom('2026-11-27T01:02:03.000Z', 'soon'),
      ETag: fc.constantFrom('&quot;e&quot;', '"e"', ''),
      ChecksumAlgorithm: fc.constant('CRC64NVME'),
      Size: fc.constantFrom('0', '4096', ''),
      StorageClass: fc.constant('STANDARD'),
      Owner: fc.constant('<ID>1</ID>'),
    },
    { requiredKeys: ['Key'] },
  )
  .map(fields => {
    const inside = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
    return `<Contents>${inside.join('')}</Contents>`;
  });

const document = fc
  .tuple(
    fc.constantFrom('', '\uFEFF', '<?xml version="1.0" encoding="UTF-8"?>\n', '<!-- a list -->'),
    element(
      'ListBucketResult',
      fc
        .record(
          {
            Name: element('Name', fc.constant('b')),
            IsTruncated: element(
              'IsTruncated',
              fc.constantFrom('true', 'false', '\n True\n', 'no', ''),
            ),
            EncodingType: element('EncodingType', fc.constant('url')),
            hidden: plainEntry.map(hidden => `<!-- ${hidden.replaceAll('--', '')} -->`),
            entries: fc
              .array(fc.oneof({ weight: 3, arbitrary: plainEntry }, entry), { maxLength: 6 })
              .map(all => all.join('')),
            NextContinuationToken: element('NextContinuationToken', written),
            CommonPrefixes: element('CommonPrefixes', fc.constant('<Prefix>p/</Prefix>')),
          },
          { requiredKeys: [] },
        )
        .map(fields => Object.values(fields).join('')),
    ),
  )
  .map(parts => parts.join(''));

/** The same page out of what the parser gives. */
function pageOf(parsed: Parsed): ListPage {
  const root = fieldsOf(parsed['ListBucketResult']);
  const contents = root['Contents'];
  const entries = contents === undefined ? [] : Array.isArray(contents) ? contents : [contents];
  const isTruncated = textOf(root['IsTruncated'])?.trim().toLowerCase();
  return {
    name: textOf(root['Name']),
    isTruncated: isTruncated === 'true' ? true : isTruncated === 'false' ? false : undefined,
    nextToken: textOf(root['NextContinuationToken']),
    encodingType: textOf(root['EncodingType']),
    entries: entries.map(each => {
      const fields = fieldsOf(each);
      const [size = '', time = ''] = [textOf(fields['Size']), textOf(fields['LastModified'])];
      return {
        key: textOf(fields['Key']),
        size: /^\d+$/.test(size.trim()) ? Number(size) : undefined,
        etag: textOf(fields['ETag'])?.trim(),
        modifiedAtMs: time.startsWith('2026') ? Date.parse(time) : undefined,
        storageClass: textOf(fields['StorageClass']),
      };
    }),
    commonPrefixes: root['CommonPrefixes'] === undefined ? [] : ['p/'],
  };
}

type Parsed = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Parsed {
  return typeof value === 'object' && value !== null ? (value as Parsed) : {};
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' || value === undefined) return value;
  const content = fieldsOf(value)['#text'];
  return typeof content === 'string' ? content : '';
}
