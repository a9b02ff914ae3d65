/**
 * The stores whose connection follows from one short answer, as their makers document it. They take
 * the bucket in the path, too, so that one form of requests serves them all.
 */

/** Where a store is reached; what is empty is not set. */
export interface StoreAddress {
  readonly endpoint: string;
  readonly region: string;
}

export interface StorePreset {
  readonly name: string;
  /** What it has to be asked for. */
  readonly asks: 'region' | 'account' | 'nothing';
  /** As an answer may look. */
  readonly example: string;
  /** Returns `undefined` for what cannot be the answer. */
  readonly addressOf: (answer: string) => StoreAddress | undefined;
}

export const storePresets: readonly StorePreset[] = [
  // https://docs.aws.amazon.com/general/latest/gr/s3.html: each bucket is found in its own region.
  inRegion('AWS', 'eu-central-1', () => ''),
  {
    // https://developers.cloudflare.com/r2/api/s3/api/, with the jurisdictions behind the account.
    name: 'Cloudflare R2',
    asks: 'account',
    example: '0123456789abcdef0123456789abcdef',
    addressOf(answer) {
      const [account] = /\b[0-9a-f]{32}(?:\.(?:eu|fedramp))?(?![\w-])/i.exec(answer) ?? [];
      if (account === undefined) return undefined;
      const host = `${account.toLowerCase()}.r2.cloudflarestorage.com`;
      return { endpoint: `https://${host}`, region: 'auto' };
    },
  },
  // https://www.backblaze.com/docs/cloud-storage-s3-compatible-api
  inRegion('Backblaze B2', 'us-west-004', region => `s3.${region}.backblazeb2.com`),
  // https://docs.wasabi.com/docs/what-are-the-service-urls-for-wasabis-different-storage-regions
  inRegion('Wasabi', 'eu-central-1', region => `s3.${region}.wasabisys.com`),
  {
    // https://cloud.google.com/storage/docs/interoperability
    name: 'Google Cloud Storage',
    asks: 'nothing',
    example: '',
    addressOf: () => ({ endpoint: 'https://storage.googleapis.com', region: 'auto' }),
  },
  // https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/
  inRegion('DigitalOcean Spaces', 'fra1', region => `${region}.digitaloceanspaces.com`),
  // https://www.scaleway.com/en/docs/object-storage/api-cli/object-storage-aws-cli/
  inRegion('Scaleway', 'fr-par', region => `s3.${region}.scw.cloud`),
];

function inRegion(name: string, example: string, hostIn: (region: string) => string): StorePreset {
  return {
    name,
    asks: 'region',
    example,
    addressOf(answer) {
      if (!isRegion(answer)) return undefined;
      const host = hostIn(answer);
      return { endpoint: host === '' ? '' : `https://${host}`, region: answer };
    },
  };
}

function isRegion(text: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}
