import { MalformedAnswer } from '../failures/malformedAnswer';

/** An answer that lacks what every S3 answer has, or has it empty, does not come from an S3 store. */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined || value === '') throw new MalformedAnswer(`The answer has no ${field}.`);
  return value;
}

/** An answer about an object that only lacks its ETag: from a store that keeps none. */
class MissingEtag extends Error {
  override readonly name = 'MissingEtag';
  override readonly message = 'The answer has no ETag.';
}

/**
 * An ETag without its quotation marks and the mark of a weak one, which proxies add. A digest is
 * spelled in lower case: some stores use capitals, and not everywhere.
 */
export function plainEtag(etag: string | undefined): string {
  if (etag === undefined) throw new MissingEtag();
  // As almost all are, and they come by the million.
  if (quotedDigest.test(etag)) return etag.slice(1, -1);
  const plain = etag.replace(/^W\//, '').replaceAll('"', '');
  return isDigestEtag(plain.toLowerCase()) ? plain.toLowerCase() : plain;
}

const quotedDigest = /^"[0-9a-f]{32}"$/;

/** Whether an ETag has the form of an MD5, or of one over the MD5s of parts. */
export function isDigestEtag(etag: string): boolean {
  return /^[0-9a-f]{32}(?:-\d{1,5})?$/.test(etag);
}

/** How the store spells the digests in its ETags. */
export type EtagCase = 'lower' | 'upper';

/** How the ETag of an answer is spelled; `undefined` where it could be either. */
export function etagCaseOf(etag: string | undefined): EtagCase | undefined {
  const plain = etag?.replace(/^W\//, '').replaceAll('"', '') ?? '';
  if (!isDigestEtag(plain.toLowerCase()) || plain.toLowerCase() === plain.toUpperCase()) {
    return undefined;
  }
  if (plain === plain.toLowerCase()) return 'lower';
  return plain === plain.toUpperCase() ? 'upper' : undefined;
}

/** The value of an `If-Match`, as the store itself would spell it: some compare letter by letter. */
export function matchHeader(etag: string, etagCase: EtagCase): string {
  return `"${etagCase === 'upper' && isDigestEtag(etag) ? etag.toUpperCase() : etag}"`;
}

/**
 * A time that a store tells, in milliseconds since 1970: RFC 3339 in lists, RFC 9110 in headers, and
 * UTC where a store leaves out the zone, which JavaScript would take for this computer's. `undefined`
 * where it cannot be read.
 */
export function storeTime(text = ''): number | undefined {
  const told = text.trim();
  const zone = told.includes('T') ? 'Z' : ' GMT';
  const time = Date.parse(endsInZone.test(told) ? told : `${told}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}

const endsInZone = /(?:[a-z]|[-+]\d\d:?\d\d)$/i;

/** A key in a list, as it is or, where its escapes are no UTF-8, as well as it can be read. */
export interface KeyInList {
  readonly key: string;
  readonly isCertain: boolean;
}

/** How to read the keys in a list: encoded only where the answer says so. */
export function keyDecoder(encodingType: string | undefined): (key: string) => KeyInList {
  if (encodingType !== 'url') return key => ({ key, isCertain: true });
  return escaped => {
    // `+` is a space in this encoding, and a real plus arrives as `%2B`.
    const text = escaped.replaceAll('+', ' ');
    try {
      return { key: decodeURIComponent(text), isCertain: true };
    } catch {
      return { key: text.split('/').map(likelyName).join('/'), isCertain: false };
    }
  };
}

/** A name with a `%` that begins no escape, or with escapes of Latin-1. */
function likelyName(text: string): string {
  const bytes = Buffer.from(text)
    .toString('latin1')
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  const utf8 = Buffer.from(bytes, 'latin1').toString();
  return utf8.includes('\uFFFD') ? bytes : utf8;
}
