import type { IncomingHttpHeaders } from 'node:http';

import type { Treatments } from './conditionStore';

/** Each switch for itself; what is not named is as on AWS. */
export interface Quirks {
  /** What becomes of the conditions of writes. */
  readonly conditions?: Treatments;
  /**
   * `unknown`: it ignores CRC32s. `refused`: requests that have one fail with 501.
   * `refused-with-parts`: it takes uploads for them, and no part. `refused-at-completion`: it takes
   * them with parts, and not for the whole.
   */
  readonly crc32?: 'kept' | 'unknown' | 'refused' | 'refused-with-parts' | 'refused-at-completion';
  /** What becomes of a put with a SHA-256; `refused`: it fails with 400. */
  readonly sha256?: 'kept' | 'refused';
  /** The same for CRC64NVMEs with uploads in parts, and what `crc32` says of itself. */
  readonly crc64nvme?: Quirks['crc32'];
  /** How an ETag is written, from its digest; `undefined` leaves it out. */
  readonly spellEtag?: (
    digest: string,
    where: 'head' | 'list' | 'completion',
  ) => string | undefined;
  /** Stands between the client and what the store does, which is done when it is called. */
  readonly around?: (request: StoreRequest, carryOut: () => Answer) => Answer | 'no-answer';
}

export interface StoreRequest {
  readonly kind:
    | 'bucket'
    | 'list'
    | 'head'
    | 'get'
    | 'put'
    | 'begin'
    | 'part'
    | 'completion'
    | 'abort'
    | 'parts'
    | 'settings';
  /** Empty for requests to the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  /** One whose value is `undefined` is left out. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Buffer;
}

/** The answer to a request that went well; XML where there is a body. */
export function ok(body: string | Buffer, headers: Answer['headers'] = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** An error as S3 puts it. */
export function s3Error(
  status: number,
  code: string,
  { message = 'no', element = '' }: { readonly message?: string; readonly element?: string } = {},
): Answer {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message>${element}</Error>`;
  return { ...ok(body), status };
}

/** The one bucket that it has. */
export const quirkyBucket = 'quirky';
