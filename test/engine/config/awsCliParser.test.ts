import assert from 'node:assert/strict';
import fc from 'fast-check';

import { openBotocore, type BotocoreParser, type BotocoreProfiles } from '../../../dev/botocore';
import { readSharedFiles, type Profile } from '../../../src/engine/config/sharedFiles';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';
import { assertProperty } from '../../support/suite/assertProperty';
import { skipSuite } from '../../support/suite/skipSuite';
import { testVariables } from '../../support/suite/testEnvironment';

const runs = Number(process.env[testVariables.parserRuns] ?? 0);

/** What Python and JavaScript may take for blanks, line ends, small letters or quotes. */
const odd = fc.constantFrom(
  ...[' ', '\t', '\v', '\f', '\u001c', '\u001f', '\u0085', '\u00a0', '\u2003', '\u2028', '\ufeff'],
  ...['=', ':', '#', ';', '[', ']', '"', "'", '\\', '%', '$', 'İ', 'ß', 'K', 'é', '😀', '\u0000'],
);
const word = fc.constantFrom('dev', 'a', 'b', 'default', 'my dev', 'role', 'DEFAULT', '__proto__');
const text = fc
  .array(fc.oneof({ weight: 2, arbitrary: word }, odd), { maxLength: 4 })
  .map(all => all.join(''));
const settingName = fc.oneof(
  text,
  fc.constantFrom('s3', 'Source_Profile', 'credential_process', 'x'),
);
const blanks = fc.constantFrom('', '', ' ', '  ', '\t', ' \t', '\u00a0', '\f');
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(blanks, settingName, blanks, fc.constantFrom('=', ':', ' = '), text, blanks)
      .map(all => all.join('')),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(' ', '    '), text).map(all => all.join('')) },
  fc.tuple(blanks, fc.constantFrom('#', ';'), text).map(all => all.join('')),
  fc.constantFrom('', ' ', 's3 =', '  a = b', '  c='),
);
/** Here, nothing below them is part of them, and no comment behind them. */
const wordLines = fc
  .tuple(
    fc.constantFrom('aws_access_key_id', 'aws_secret_access_key', 'Region', 'role_arn'),
    fc.constantFrom('=', ' : '),
    fc.constantFrom('A', 'a=b', 'a:b', 'a#b', '"a"', 'é'),
    fc.constantFrom('k1 = v', 'k2 = v', 'k3 = v'),
  )
  .map(([name, is, value, next]) => `${name}${is}${value}\n${next}`);
const section = (kinds: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...kinds),
      fc.oneof(
        { weight: 3, arbitrary: word },
        text,
        text.map(each => JSON.stringify(each)),
      ),
      fc.array(fc.oneof({ weight: 6, arbitrary: line }, wordLines), { maxLength: 5 }),
    )
    .map(([kind, name, lines]) => [`[${kind}${name}]`, ...lines]);
const fileOf = (kinds: readonly string[]) =>
  fc
    .tuple(fc.array(section(kinds), { maxLength: 3 }), fc.constantFrom('\n', '\n', '\r\n', '\r'))
    .map(([sections, end]) => sections.flat().join('\n').replaceAll('\n', end));

/** What the random texts have found; each profile `dev`, and what botocore made of it. */
const found = [
  ['blanks that are none for JavaScript', '[dev]\na\u001f=\u0085v\u001c', { a: 'v' }],
  ['a blank that is none for Python', '[dev]\na = \ufeffv', { a: '\ufeffv' }],
  [
    'a line that ends within a line, among nested settings',
    '[dev]\ns3 =\n a = 1\u0085b = 2',
    { s3: { a: '1', b: '2' } },
  ],
  [
    'a nested setting of all sections that one has otherwise',
    '[DEFAULT]\ns3 =\n a = 1\n[dev]\ns3 =\n[e]',
    { s3: '' },
  ],
] as const;

describe('What was once read otherwise than by the AWS CLI', () => {
  let aws: AwsFiles;

  beforeEach(async () => {
    aws = await awsFiles();
  });
  afterEach(() => aws.remove());

  for (const [what, credentials, theirs] of found) {
    it(`is read the same: ${what}`, async () => {
      await aws.write({ credentials });
      const here = readSharedFiles(process.env).profiles.get('dev');
      assert.deepEqual(comparable(here), comparable(flat(theirs)));
    });
  }
});

/** A person or another tool may write anything there; what one of them can read, both read alike. */
describe('Whatever the AWS CLI reads out of the shared files', () => {
  let aws: AwsFiles;
  let cli: BotocoreParser;
  let isOpen = false;

  before(async function () {
    if (runs === 0) skipSuite(this, 'by npm run full');
    this.timeout(300_000);
    cli = await openBotocore();
    isOpen = true;
    aws = await awsFiles();
  });
  after(async () => {
    if (!isOpen) return;
    cli.close();
    await aws.remove();
  });

  it('is what was noted of it', async () => {
    for (const [what, credentials, theirs] of found) {
      await aws.write({ credentials, config: '' });
      assert.deepEqual((await cli.profilesIn(aws))?.['dev'], theirs, what);
    }
  });

  it('is read the same here', async function () {
    this.timeout(0);
    let read = 0;
    await assertProperty(
      fc.asyncProperty(fileOf(['']), fileOf(['profile ', '']), async (credentials, config) => {
        await aws.write({ credentials, config });
        const theirs = await cli.profilesIn(aws);
        if (theirs === undefined) return;
        // A name with blanks around it is one without them here, unless that is there as well.
        if (/\[\s|\s\]/.test(credentials + config)) return;
        read++;
        const { profiles } = readSharedFiles(process.env);
        for (const [name, settings] of Object.entries(theirs)) {
          assert.deepEqual(comparable(profiles.get(name)), comparable(flat(settings)), name);
        }
        assert.deepEqual([...profiles.keys()].sort(), Object.keys(theirs).sort());
      }),
      { numRuns: runs },
    );
    assert.ok(read > runs / 4, `${String(read)} of ${String(runs)} were read by both`);
  });
});

function flat(settings: BotocoreProfiles[string]): Profile {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      typeof value === 'string'
        ? [[name, value]]
        : Object.entries(value).map(([inner, each]) => [`${name}.${inner}`, each]),
    ),
  );
}

function comparable(profile: Profile | undefined): readonly (readonly [string, string])[] {
  return Object.entries(profile ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
