import { createHash } from 'node:crypto';

import { crc32Of } from '../../../src/engine/checksums/crc32';
import { crc64NvmeOf } from '../../../src/engine/checksums/crc64nvme';
import { treatAll, type Treatments } from './conditionStore';
import {
  ok,
  quirkyBucket,
  s3Error,
  type Answer,
  type Quirks,
  type StoreRequest,
} from './quirkyAnswers';

interface StoredObject {
  readonly body: Buffer;
  /** An MD5, or one over those of the parts. */
  readonly digest: string;
  readonly crc32: string | undefined;
  readonly crc64nvme?: string | undefined;
  readonly sha256?: string | undefined;
  /** Content type and metadata. */
  readonly headers: Readonly<Record<string, string>>;
  readonly modifiedAtMs: number;
}

interface Upload {
  readonly headers: StoredObject['headers'];
  /** Which one is kept of the whole, and wanted with each part. */
  readonly checksum: UploadChecksum | undefined;
  readonly parts: Map<number, Buffer>;
}

type UploadChecksum = 'crc32' | 'crc64nvme';

const checksumOf = { crc32: crc32Of, crc64nvme: crc64NvmeOf };

/** What is in the bucket, and what each request does to it. */
export class QuirkyContents {
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, Upload>();
  #lastUpload = 0;

  find(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  store(
    key: string,
    given: Pick<StoredObject, 'body' | 'headers' | 'modifiedAtMs'> & Partial<StoredObject>,
  ): StoredObject {
    const object = { digest: md5(given.body).toString('hex'), crc32: undefined, ...given };
    this.#objects.set(key, object);
    return object;
  }

  answer(request: StoreRequest, quirks: Quirks): Answer {
    const { crc32: way = 'kept' } = quirks;
    if (way === 'refused' && hasCrc32(request)) return s3Error(501, 'NotImplemented');
    switch (request.kind) {
      case 'list':
        return this.#list(request, quirks);
      case 'head':
      case 'get':
        return this.#read(request, quirks);
      case 'put':
        return this.#put(request, quirks);
      case 'begin':
        return this.#begin(request, quirks);
      case 'part':
        return this.#putPart(request, quirks);
      case 'completion':
        return this.#complete(request, quirks);
      case 'abort':
        this.#uploads.delete(uploadIdOf(request));
        return { ...ok(''), status: 204 };
      case 'parts':
        return this.#parts(request, quirks);
      case 'bucket':
        return ok('');
      case 'settings':
        return ok('<VersioningConfiguration/>');
    }
  }

  #list({ query }: StoreRequest, { spellEtag = quoted }: Quirks): Answer {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const limit = Number(query.get('max-keys') ?? '1000');
    const isBelow = (key: string) => key.startsWith(prefix) && key > after;
    const keys = [...this.#objects.keys()].filter(isBelow).sort();
    const page = keys.slice(0, limit);
    const entries = page.map(key => {
      const { body, digest, modifiedAtMs } = this.#objects.get(key)!;
      const etag = spellEtag(digest, 'list');
      return (
        `<Contents><Key>${escaped(key)}</Key>` +
        `<LastModified>${new Date(modifiedAtMs).toISOString()}</LastModified>` +
        (etag === undefined ? '' : `<ETag>${etag.replaceAll('"', '&quot;')}</ETag>`) +
        `<Size>${String(body.byteLength)}</Size></Contents>`
      );
    });
    const next = keys.length > limit ? (page.at(-1) ?? '') : '';
    return ok(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
        `<Name>${quirkyBucket}</Name><EncodingType>url</EncodingType>` +
        `<IsTruncated>${String(next !== '')}</IsTruncated>` +
        (next === '' ? '' : `<NextContinuationToken>${escaped(next)}</NextContinuationToken>`) +
        `${entries.join('')}</ListBucketResult>`,
    );
  }

  #read({ key, headers }: StoreRequest, { spellEtag = quoted }: Quirks): Answer {
    const object = this.find(key);
    if (object === undefined) return s3Error(404, 'NoSuchKey');
    const etag = spellEtag(object.digest, 'head');
    const match = headers['if-match'];
    if (match !== undefined && plain(match) !== plain(etag))
      return s3Error(412, 'PreconditionFailed');
    const { body } = object;
    const told = {
      ...object.headers,
      etag,
      'last-modified': new Date(object.modifiedAtMs).toUTCString(),
      'accept-ranges': 'bytes',
    };
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    if (range === null) {
      return ok(body, {
        ...told,
        ...checksumHeaders(object),
        'content-length': String(body.length),
      });
    }
    const [start, end] = [Number(range[1]), Number(range[2]) + 1];
    const part = body.subarray(start, end);
    const given = `bytes ${String(start)}-${String(start + part.length - 1)}/${String(body.length)}`;
    const partHeaders = { 'content-range': given, 'content-length': String(part.length) };
    return { ...ok(part, { ...told, ...partHeaders }), status: 206 };
  }

  #put(request: StoreRequest, quirks: Quirks): Answer {
    const refusal = this.#refusalOf('put', request, quirks);
    if (refusal !== undefined) return refusal;
    const { key, body, headers } = request;
    const crc32 = quirks.crc32 === 'unknown' ? undefined : headers['x-amz-checksum-crc32'];
    if (crc32 !== undefined && crc32 !== crc32Of(body)) return s3Error(400, 'BadDigest');
    const { sha256: sha256Way = 'kept' } = quirks;
    const sha256 = headers['x-amz-checksum-sha256'];
    if (sha256Way === 'refused' && sha256 !== undefined) return s3Error(400, 'BadRequest');
    if (sha256 !== undefined && sha256 !== sha256Of(body)) return s3Error(400, 'BadDigest');
    const object = this.store(key, {
      body,
      headers: kept(request),
      modifiedAtMs: Date.now(),
      crc32: crc32?.toString(),
      sha256: sha256?.toString(),
    });
    const { spellEtag = quoted } = quirks;
    return ok('', { etag: spellEtag(object.digest, 'head'), ...checksumHeaders(object) });
  }

  #begin(request: StoreRequest, quirks: Quirks): Answer {
    const asked = String(request.headers['x-amz-checksum-algorithm'] ?? '').toLowerCase();
    const { crc32 = 'kept', crc64nvme = 'kept' } = quirks;
    if (crc64nvme === 'refused' && asked === 'crc64nvme') return s3Error(400, 'BadRequest');
    const way = asked === 'crc64nvme' ? crc64nvme : crc32;
    const isKnown = (asked === 'crc32' || asked === 'crc64nvme') && way !== 'unknown';
    const checksum = isKnown ? asked : undefined;
    const uploadId = `upload-${String(++this.#lastUpload)}`;
    this.#uploads.set(uploadId, { headers: kept(request), checksum, parts: new Map() });
    return ok(
      `<InitiateMultipartUploadResult><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`,
      checksum === undefined
        ? {}
        : {
            'x-amz-checksum-algorithm': checksum.toUpperCase(),
            'x-amz-checksum-type': 'FULL_OBJECT',
          },
    );
  }

  #putPart(request: StoreRequest, quirks: Quirks): Answer {
    const { query, body } = request;
    const upload = this.#uploads.get(uploadIdOf(request));
    if (upload === undefined) return s3Error(404, 'NoSuchUpload');
    const { checksum } = upload;
    const { spellEtag = quoted } = quirks;
    if (checksum && quirks[checksum] === 'refused-with-parts') return s3Error(400, 'BadRequest');
    const computed = checksum === undefined ? undefined : checksumOf[checksum](body);
    const told = checksum === undefined ? undefined : request.headers[`x-amz-checksum-${checksum}`];
    // S3 takes no part without what the upload was begun for.
    if (told !== computed) return s3Error(400, 'InvalidRequest');
    upload.parts.set(Number(query.get('partNumber')), body);
    const etag = spellEtag(md5(body).toString('hex'), 'head');
    return ok('', { etag, ...(checksum && { [`x-amz-checksum-${checksum}`]: computed }) });
  }

  #complete(request: StoreRequest, quirks: Quirks): Answer {
    const { key, headers } = request;
    const uploadId = uploadIdOf(request);
    const upload = this.#uploads.get(uploadId);
    if (upload === undefined) return s3Error(404, 'NoSuchUpload');
    const { checksum } = upload;
    const told = checksum === undefined ? undefined : headers[`x-amz-checksum-${checksum}`];
    if (told !== undefined && checksum && quirks[checksum] === 'refused-at-completion') {
      return s3Error(400, 'BadRequest');
    }
    const refusal = this.#refusalOf('completion', request, quirks);
    if (refusal !== undefined) return refusal;
    this.#uploads.delete(uploadId);
    const parts = [...upload.parts].sort(([one], [other]) => one - other).map(([, part]) => part);
    const body = Buffer.concat(parts);
    const digest = `${md5(Buffer.concat(parts.map(md5))).toString('hex')}-${String(parts.length)}`;
    const computed = checksum === undefined ? undefined : checksumOf[checksum](body);
    if (told !== undefined && told !== computed) return s3Error(400, 'BadDigest');
    this.store(key, {
      body,
      digest,
      headers: upload.headers,
      modifiedAtMs: Date.now(),
      ...(checksum && { [checksum]: computed }),
    });
    const { spellEtag = quoted } = quirks;
    const etag = spellEtag(digest, 'completion');
    return ok(
      '<CompleteMultipartUploadResult>' +
        (etag === undefined ? '' : `<ETag>${etag.replaceAll('"', '&quot;')}</ETag>`) +
        (checksum === undefined
          ? ''
          : element(`Checksum${checksum.toUpperCase()}`, computed) +
            element('ChecksumType', 'FULL_OBJECT')) +
        '</CompleteMultipartUploadResult>',
    );
  }

  #parts(request: StoreRequest, { spellEtag = quoted }: Quirks): Answer {
    const upload = this.#uploads.get(uploadIdOf(request));
    if (upload === undefined) return s3Error(404, 'NoSuchUpload');
    const { checksum } = upload;
    const parts = [...upload.parts].map(([partNumber, part]) => {
      const etag = spellEtag(md5(part).toString('hex'), 'list') ?? '';
      const told =
        checksum && element(`Checksum${checksum.toUpperCase()}`, checksumOf[checksum](part));
      return (
        `<Part><PartNumber>${String(partNumber)}</PartNumber><Size>${String(part.length)}</Size>` +
        `<ETag>${etag.replaceAll('"', '&quot;')}</ETag>${told ?? ''}</Part>`
      );
    });
    return ok(
      `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`,
    );
  }

  /** What a write's condition leads to, where it is not to be carried out. */
  #refusalOf(
    kind: keyof Treatments,
    { key, headers }: StoreRequest,
    { conditions = treatAll('honours'), spellEtag = quoted }: Quirks,
  ): Answer | undefined {
    const isAbsent = headers['if-none-match'] !== undefined;
    const match = headers['if-match'];
    if (!isAbsent && match === undefined) return undefined;
    const treatment = conditions[kind][isAbsent ? 'absent' : 'unchanged'];
    if (treatment === 'ignores') return undefined;
    if (treatment === 'refuses') {
      const header = isAbsent ? 'If-None-Match' : 'If-Match';
      return s3Error(501, 'NotImplemented', { element: `<Header>${header}</Header>` });
    }
    const present = this.find(key);
    const etag = present === undefined ? undefined : spellEtag(present.digest, 'head');
    const holds = isAbsent ? present === undefined : plain(etag) === plain(match);
    const isHeeded = treatment !== 'always-refuses' && holds === (treatment === 'honours');
    return isHeeded ? undefined : s3Error(412, 'PreconditionFailed');
  }
}

/** ETags are compared as they are spelled, but for quotation marks and the mark of a weak one. */
function plain(etag: string | undefined): string | undefined {
  return etag?.replace(/^W\//, '').replaceAll('"', '');
}

function element(name: string, text = ''): string {
  return `<${name}>${text}</${name}>`;
}

function quoted(digest: string): string {
  return `"${digest}"`;
}

function uploadIdOf({ query }: StoreRequest): string {
  return query.get('uploadId') ?? '';
}

function hasCrc32({ headers }: StoreRequest): boolean {
  return 'x-amz-checksum-crc32' in headers || headers['x-amz-checksum-algorithm'] === 'CRC32';
}

/** What of a request's headers comes back with the object. */
function kept({ headers }: StoreRequest): StoredObject['headers'] {
  const isKept = (name: string) => name === 'content-type' || name.startsWith('x-amz-meta-');
  const entries = Object.entries(headers).filter(([name]) => isKept(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function checksumHeaders({
  crc32,
  crc64nvme,
  sha256,
}: Pick<StoredObject, 'crc32' | 'crc64nvme' | 'sha256'>): Record<string, string> {
  if (crc32 === undefined && crc64nvme === undefined && sha256 === undefined) return {};
  return {
    ...(crc64nvme !== undefined && { 'x-amz-checksum-crc64nvme': crc64nvme }),
    ...(crc32 !== undefined && { 'x-amz-checksum-crc32': crc32 }),
    ...(sha256 !== undefined && { 'x-amz-checksum-sha256': sha256 }),
    'x-amz-checksum-type': 'FULL_OBJECT',
  };
}

/** A key as lists of encoding `url` spell it. */
function escaped(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}
