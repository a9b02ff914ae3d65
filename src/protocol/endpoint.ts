/**
 * Where a store is reached, and which one it is. One store has many spellings; receipts, unfinished
 * work and the folders' places go by the store, not by its spelling.
 */

/** An endpoint in its normal form. */
export interface Endpoint {
  /**
   * Scheme and host in lower case, the port only if it is not the scheme's own, and the path without
   * slashes at its end.
   */
  readonly url: string;
  /** What it is the same as in all spellings; see `storeOf`. */
  readonly store: string;
  /** Set where it is just what is used without an endpoint: S3 itself, or S3 in one region. */
  readonly usual: { readonly region: string | undefined } | undefined;
  /** Whose requests are signed for, where a host of Amazon's names it: dual-stack and FIPS ones, too. */
  readonly region: string | undefined;
}

/** The store of whoever names no endpoint. */
export const awsStore = 'AWS';

/** Returns `undefined` for what is no URL with `http` or `https`. */
export function readEndpoint(text: string): Endpoint | undefined {
  const url = parse(text);
  if (url === undefined) return undefined;
  const path = url.pathname.replace(/\/+$/, '');
  // The dot at the end of a full domain name changes nothing but its spelling.
  const host = url.hostname.replace(/\.+$/, '');
  if (host === '') return undefined;
  const port = url.port === '' ? '' : `:${url.port}`;
  const aws = path === '' && port === '' ? awsHost.exec(host)?.groups : undefined;
  return {
    url: `${url.protocol}//${host}${port}${path}`,
    // A store that gets a certificate stays the same store.
    store: aws === undefined ? `${host}${port}${path}` : awsStore,
    usual:
      aws === undefined || aws['special'] !== undefined || url.protocol === 'http:'
        ? undefined
        : { region: aws['region'] },
    region: aws === undefined ? undefined : regionLabel.exec(host)?.[1],
  };
}

/**
 * Returns the identity of a store: the same for all spellings of its endpoint. It takes such an
 * identity, too, and what earlier versions noted in its place.
 */
export function storeOf(endpoint: string | undefined): string {
  const text = endpoint?.trim() ?? '';
  if (text === '' || text === awsStore) return awsStore;
  return (readEndpoint(text) ?? readEndpoint(`https://${text}`))?.store ?? text;
}

/**
 * Returns the endpoint without the name of the bucket, which some stores show at its end or before
 * its host; `undefined` where it holds no such name.
 */
export function withoutBucket(endpoint: string, bucket: string): string | undefined {
  const url = parse(endpoint);
  if (url === undefined || bucket === '') return undefined;
  if (url.pathname.replace(/\/+$/, '').endsWith(`/${bucket}`)) {
    return endpoint.replace(/\/+$/, '').slice(0, -`/${bucket}`.length);
  }
  const host = url.hostname;
  if (/^[\d.]+$/.test(host)) return undefined;
  if (!host.startsWith(`${bucket.toLowerCase()}.`)) return undefined;
  url.hostname = host.slice(bucket.length + 1);
  return readEndpoint(url.href)?.url;
}

/** Returns the same host and port with the other scheme; `undefined` where it has that already. */
export function withScheme(endpoint: string, scheme: 'http' | 'https'): string | undefined {
  const url = parse(endpoint);
  if (url === undefined || url.protocol === `${scheme}:`) return undefined;
  const port = url.port === '' ? (scheme === 'https' ? '80' : '443') : url.port;
  return readEndpoint(`${scheme}://${url.hostname}:${port}${url.pathname}`)?.url;
}

function parse(text: string): URL | undefined {
  try {
    const url = new URL(text.trim());
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
  } catch {
    return undefined;
  }
}

const regionName = '[a-z]{2,4}(?:-[a-z]+)+-[0-9]';
const regionLabel = new RegExp(`[.-](${regionName})[.]`);

/**
 * The hosts of Amazon's S3, with the old spelling of regional ones, those for special ways to them,
 * and those of all partitions (https://docs.aws.amazon.com/general/latest/gr/s3.html). Whatever else
 * runs at Amazon, such as a store on somebody's virtual machine, is another store.
 */
const awsHost = (() => {
  const region = `(?<region>${regionName})`;
  const special = [
    `s3-(?:fips|accelerate|external-1)(?:[.]dualstack)?(?:[.]${region})?`,
    `s3[.]dualstack[.]${region}`,
    `(?:bucket[.])?vpce-[a-z0-9-]+[.]s3[.]${region}[.]vpce`,
  ].map(each => each.replace('?<region>', '?:'));
  return new RegExp(
    `^(?:(?<special>${special.join('|')})|s3(?:[.-]${region})?)[.]amazonaws[.](?:com|com[.]cn|eu)$`,
  );
})();
