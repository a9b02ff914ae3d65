import { MalformedAnswer } from '../errorMapping';

/** An answer that lacks what every S3 answer has does not come from an S3 store. */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new MalformedAnswer(`The answer has no ${field}.`);
  return value;
}

/** An ETag without its quotation marks. */
export function plainEtag(etag: string | undefined): string {
  return required(etag, 'ETag').replaceAll('"', '');
}

/** How to read the keys in a list: encoded only where the answer says so. */
export function keyDecoder(page: {
  readonly EncodingType?: string | undefined;
}): (key: string) => string {
  if (page.EncodingType !== 'url') return key => key;
  // `+` is a space in this encoding, and a real plus arrives as `%2B`.
  return key => decodeURIComponent(key.replaceAll('+', ' '));
}
