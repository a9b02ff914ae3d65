import { gzipSync } from 'node:zlib';

import { treatAll, treatOnly } from './conditionStore';
import {
  ok,
  quirkyBucket,
  s3Error,
  type Answer,
  type Quirks,
  type StoreRequest,
} from './quirkyAnswers';
import { wrongAnswers } from './wrongAnswers';

/** Where the bucket is that is not in the region of the settings. */
const elsewhere = 'eu-central-1';

/** Odd ways of stores, each by itself; most were met in the field. Made anew for each store. */
export const quirks: Readonly<Record<string, () => Quirks>> = {
  none: () => ({}),
  ...wrongLists(),
  'lists with a prefix before each element': () =>
    changeLists(text => text.replaceAll(/<(\/?)(?=\w)/g, '<$1s3:').replace('xmlns=', 'xmlns:s3=')),
  'lists set in lines, and signed by a cache': () =>
    changeLists(
      text =>
        text
          .replaceAll(/<(Size|ETag|LastModified)>/g, '<$1>\n      ')
          .replace('<IsTruncated>false<', '<IsTruncated>\n  False\n<') +
        '\n<!-- from a cache -->\n',
    ),
  'times without a zone': () => ({
    around(_, carryOut) {
      const answer = carryOut();
      const headers = { ...answer.headers };
      for (const name of ['last-modified', 'date']) {
        const told = headers[name];
        if (told !== undefined) headers[name] = told.replace(/ GMT$/, '');
      }
      const body = answer.body.toString().includes('<LastModified>')
        ? answer.body.toString().replaceAll('Z</LastModified>', '</LastModified>')
        : answer.body;
      return { ...answer, headers, body };
    },
  }),
  'lists with an entry without ETag': () => addEntry('w/odd', ''),
  'lists with a % that begins no escape': () => addEntry('w/100%.dat', '<ETag>"e"</ETag>'),
  'lists without ETags': () => spell((etag, where) => (where === 'list' ? undefined : etag)),
  'lists whose tokens run in a circle': () => pagesFor('1'),
  'lists of endless empty pages': () => {
    let page = 0;
    return around('list', () => emptyPage(String(++page)));
  },
  'ETags in capitals': () => spell(etag => etag.toUpperCase()),
  'weak ETags': () => spell(etag => `W/${etag}`),
  'ETags without quotation marks': () => spell(etag => etag.replaceAll('"', '')),
  'ETags that are no digests': () => spell(opaque),
  'no ETags at all': () => spell(() => undefined),
  'another ETag from a completion than later': () =>
    spell((etag, where) => (where === 'completion' ? opaque(etag) : etag)),
  ...oddConditions(),
  'CRC32s ignored': () => ({ crc32: 'unknown' }),
  'CRC32s refused': () => ({ crc32: 'refused' }),
  'CRC32s refused, and conditions ignored': () => ({
    crc32: 'refused',
    conditions: treatAll('ignores'),
  }),
  'CRC32s refused at completion': () => ({ crc32: 'refused-at-completion' }),
  'no settings of buckets': () => around('settings', () => s3Error(501, 'NotImplemented')),
  ...regions(),
  'a name refused with a page': () =>
    around('put', ({ key }, carryOut) => (key === 'w/new.txt' ? page400 : carryOut())),
  'a name refused with 409, which cannot be looked at then': () => {
    let wasRefused = false;
    return {
      around: ({ kind, key }, carryOut) => {
        if (key !== 'w/new.txt') return carryOut();
        if (kind === 'head' && wasRefused) return s3Error(400, 'BadRequest');
        wasRefused ||= kind === 'put';
        return kind === 'put' ? s3Error(409, 'ExistingObjectIsDirectory') : carryOut();
      },
    };
  },
  '500 for one small file': () =>
    around('put', ({ key }, carryOut) => (key === 'w/new.txt' ? failed : carryOut())),
  '500 for the parts of one file': () =>
    around('part', ({ key }, carryOut) => (key === 'w/new.bin' ? failed : carryOut())),
  'completions that answer too late': () =>
    around('completion', (_, carryOut) => (carryOut().status === 200 ? 'no-answer' : gone)),
  'a name that is taken for another, which is not listed': () => ({
    around: ({ kind, key }, carryOut) => {
      if (key !== 'w/new.txt') return carryOut();
      if (kind === 'put') return s3Error(412, 'PreconditionFailed');
      if (kind !== 'head') return carryOut();
      const headers = { etag: '"0123456789abcdef0123456789abcdef"', 'content-length': '9' };
      return ok('', { ...headers, 'last-modified': new Date(0).toUTCString() });
    },
  }),
  'HEAD forbidden': () => around('head', () => s3Error(403, 'AccessDenied')),
  'answers without length': () => ({ around: (_, carryOut) => withoutLength(carryOut()) }),
  'a proxy that compresses for whoever does not refuse': () => ({
    around: ({ headers }, carryOut) =>
      headers['accept-encoding'] === 'identity' ? carryOut() : compressed(carryOut()),
  }),
  'lists compressed unasked': () => around('list', (_, carryOut) => compressed(carryOut())),
  'objects compressed unasked': () => around('get', (_, carryOut) => compressed(carryOut())),
};

function wrongLists(): Record<string, () => Quirks> {
  return Object.fromEntries(
    Object.entries(wrongAnswers)
      .filter(([what]) => what !== 'a list of objects')
      .map(([what, body]) => [`${what} for lists`, () => around('list', () => ok(body))]),
  );
}

function oddConditions(): Record<string, () => Quirks> {
  const made: Record<string, () => Quirks> = {};
  for (const treatment of ['ignores', 'refuses', 'inverts', 'always-refuses'] as const) {
    made[`all conditions: ${treatment}`] = () => ({ conditions: treatAll(treatment) });
    for (const write of ['put', 'completion'] as const) {
      for (const condition of ['absent', 'unchanged'] as const) {
        made[`${write} if ${condition}: ${treatment}`] = () => ({
          conditions: treatOnly({ write, condition }, treatment, 'honours'),
        });
      }
    }
  }
  return made;
}

/** A bucket elsewhere, told of in each way. */
function regions(): Record<string, () => Quirks> {
  const header = { 'x-amz-bucket-region': elsewhere };
  const element = `<Region>${elsewhere}</Region>`;
  const message = `the region 'us-east-1' is wrong; expecting '${elsewhere}'`;
  const told: Record<string, Answer> = {
    '301, by a header': withHeaders(s3Error(301, 'PermanentRedirect'), header),
    '307, by a header': withHeaders(s3Error(307, 'TemporaryRedirect'), header),
    '308, by a header': withHeaders(s3Error(308, 'PermanentRedirect'), header),
    '400, by a header': withHeaders(s3Error(400, 'AuthorizationHeaderMalformed'), header),
    '400, by an element': s3Error(400, 'AuthorizationHeaderMalformed', { element }),
    '400, in words': s3Error(400, 'AuthorizationHeaderMalformed', { message }),
    '403, by a header': withHeaders(s3Error(403, 'SignatureDoesNotMatch'), header),
    '403, by an element': s3Error(403, 'SignatureDoesNotMatch', { element }),
    '403, in words': s3Error(403, 'SignatureDoesNotMatch', { message }),
  };
  return Object.fromEntries(
    Object.entries(told).map(([how, refusal]) => [
      `another region, told with ${how}`,
      () => ({
        around: (request: StoreRequest, carryOut: () => Answer) =>
          request.headers.authorization?.includes(`/${elsewhere}/`) === true ? carryOut() : refusal,
      }),
    ]),
  );
}

const failed = s3Error(500, 'InternalError');
const gone = s3Error(404, 'NoSuchUpload');
const page400: Answer = {
  status: 400,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Bad Request</body></html>',
};

/** Only what is asked for in this way is answered oddly. */
function around(kind: StoreRequest['kind'], odd: NonNullable<Quirks['around']>): Quirks {
  return {
    around: (request, carryOut) => (request.kind === kind ? odd(request, carryOut) : carryOut()),
  };
}

function changeLists(change: (text: string) => string): Quirks {
  return around('list', (_, carryOut) => {
    const answer = carryOut();
    return { ...answer, body: change(answer.body.toString()) };
  });
}

function addEntry(key: string, etag: string): Quirks {
  const time = '<LastModified>2024-01-01T00:00:00.000Z</LastModified>';
  const entry = `<Contents><Key>${key}</Key>${time}${etag}<Size>5</Size></Contents>`;
  return changeLists(text => text.replace('</ListBucketResult>', `${entry}</ListBucketResult>`));
}

function pagesFor(token: string): Quirks {
  return around('list', () => emptyPage(token));
}

function emptyPage(token: string): Answer {
  return ok(
    `<ListBucketResult><Name>${quirkyBucket}</Name><IsTruncated>true</IsTruncated>` +
      `<NextContinuationToken>${token}</NextContinuationToken></ListBucketResult>`,
  );
}

/** Spells ETags from their usual form, in quotation marks. */
function spell(
  change: (etag: string, where: 'head' | 'list' | 'completion') => string | undefined,
): Quirks {
  return { spellEtag: (digest, where) => change(`"${digest}"`, where) };
}

function opaque(etag: string): string {
  return `"0x${etag.slice(1, 16).toUpperCase()}"`;
}

function withHeaders(answer: Answer, headers: Answer['headers']): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function withoutLength(answer: Answer): Answer {
  return withHeaders(answer, { 'content-length': undefined });
}

function compressed(answer: Answer): Answer {
  if (answer.status >= 300) return answer;
  const body = gzipSync(answer.body);
  const headers = { 'content-encoding': 'gzip', 'content-length': String(body.byteLength) };
  return { ...withHeaders(answer, headers), body };
}
