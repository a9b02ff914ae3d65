import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { Signer, type SigningIdentity } from './signature';

/** Where the requests to a bucket go, and how they are signed. */
export interface BucketAddress {
  /** With the path of the bucket, where it has one. */
  readonly url: URL;
  readonly signer: Signer;
  readonly identify: () => Promise<Identity>;
}

interface Identity {
  readonly identity: SigningIdentity;
  /** Of a session, where the bucket asks for one. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Asks the SDK for a bucket's address: host and path, signing region and name. Throws what the SDK
 * throws where there is none.
 */
export async function resolveAddress({ config }: S3Client, bucket: string): Promise<BucketAddress> {
  // The SDK would take ARNs: of access points, which have an alias that can stand in an s3:// address.
  if (bucket.includes('/') || bucket.startsWith('arn:')) {
    throw Object.assign(new Error('A bucket’s name has no slash and is no ARN.'), {
      name: 'InvalidBucketName',
    });
  }
  const { url, properties = {} } = await getEndpointFromInstructions(
    { Bucket: bucket },
    GetObjectCommand,
    config as unknown as Record<string, unknown>,
  );
  const { authSchemes = [] } = properties as { readonly authSchemes?: readonly AuthScheme[] };
  const scheme = authSchemes.find(({ name }) => name === 'sigv4' || name === sessionScheme);
  if (scheme === undefined) throw new Error(`Nobody here can sign requests to ${bucket}.`);
  const { signingRegion: region = await config.region(), signingName: name = 's3' } = scheme;
  return {
    url,
    signer: new Signer({ region, name }),
    async identify() {
      const identity = await config.credentials();
      if (scheme.name !== sessionScheme) return { identity, headers: {} };
      const { sessionToken, ...session } =
        await config.s3ExpressIdentityProvider.getS3ExpressIdentity(identity, { Bucket: bucket });
      return { identity: session, headers: { 'x-amz-s3session-token': sessionToken ?? '' } };
    },
  };
}

/** Directory buckets have it. */
const sessionScheme = 'sigv4-s3express';

interface AuthScheme {
  readonly name: string;
  readonly signingName?: string;
  readonly signingRegion?: string;
}
