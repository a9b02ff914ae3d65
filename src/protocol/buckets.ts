/** Buckets: listed, named, created, inspected. */

import type { FailureRecord } from './failures';
import type { RawSettings } from './folders';
import { requestType } from './messages';

export interface BucketSummary {
  readonly name: string;
  /** Where the store says so. */
  readonly region: string | undefined;
}

/** Some of the buckets, and what to ask for the following ones with. */
export interface BucketPage {
  readonly buckets: readonly BucketSummary[];
  readonly next: string | undefined;
}

export interface BucketPageRequest {
  /** For which workspace folder the state tells of attempts after the first. */
  readonly folder: string;
  readonly settings: RawSettings;
  /** The `next` of the page before; the first page where it is left out. */
  readonly after?: string;
}

export interface BucketRequest {
  readonly settings: RawSettings;
  readonly bucket: string;
}

export interface PrefixRequest extends BucketRequest {
  readonly prefix: string;
}

/** Which of S3's rules for names a bucket's name breaks. */
export type BucketNameFault =
  | 'characters'
  | 'too-short'
  | 'too-long'
  /** It begins or ends with a dot or a hyphen. */
  | 'ends'
  | 'adjacent-dots'
  | 'ip-address'
  | 'reserved-beginning'
  | 'reserved-end';

/** What can be set on a bucket while it is created. */
export type BucketOption =
  | 'block-public-access'
  | 'keep-versions'
  /** Parts of uploads that were never completed are removed by the store after seven days. */
  | 'clean-up-uploads';

export interface NewBucket extends BucketRequest {
  readonly region: string;
  readonly options: readonly BucketOption[];
}

export interface CreatedBucket {
  /** What the store would not set; the bucket is there all the same. */
  readonly notSet: readonly OpenOption[];
  /** What the store said yes to and would not, or could not, show afterwards. */
  readonly unconfirmed: readonly OpenOption[];
}

/** What was asked for and is not known to be set, and why. */
export interface OpenOption {
  readonly option: BucketOption;
  readonly failure: FailureRecord;
}

/** What stands below a prefix; `examples` are names without the prefix. */
export type PrefixContents =
  | {
      readonly kind: 'counted' | 'more-than';
      readonly count: number;
      readonly examples: readonly string[];
    }
  /** This identity may not list there. */
  | { readonly kind: 'unknown' };

/** What a user should know of a bucket; `undefined` where it could not be learned. */
export interface BucketTraits {
  readonly region: string | undefined;
  readonly versioning: 'enabled' | 'suspended' | 'off' | 'unknown';
  readonly isPublic: boolean | undefined;
  /** Whether a lifecycle rule removes files below the prefix. */
  readonly expires: boolean | undefined;
  /** Whether a lifecycle rule moves them to a class that takes hours to read from. */
  readonly archives: boolean | undefined;
  /** For how many days Object Lock keeps every copy; 0 for not at all. */
  readonly lockedDays: number | undefined;
}

/** What a store may be able to do or not, each by the name of its row wherever it is shown. */
export const capabilityNames = [
  'create-if-absent',
  'replace-if-unchanged',
  /* the same for what is uploaded in parts */
  'complete-if-absent',
  'complete-if-unchanged',
  'checksum-of-put',
  'checksum-of-upload',
  /* what new copies are encrypted with where the settings ask for nothing: their ETags are no digests */
  'encrypts-by-kms',
  /* a SHA-256 with a put, and a CRC64NVME with an upload in parts, of copies that KMS encrypts */
  'checksum-of-encrypted-put',
  'checksum-of-encrypted-upload',
  /* an ETag is the MD5 of the bytes */
  'digest-etags',
  /* `encoding-type=url` is heeded */
  'encoded-lists',
  'uploads-in-parts',
  'lists-parts',
  /* no name has been refused */
  'all-names',
] as const;

export type CapabilityName = (typeof capabilityNames)[number];

export type CapabilityState =
  | 'supported'
  | 'unsupported'
  | 'unknown'
  /* of conditions alone */
  | 'doubted'
  | 'ignored'
  | 'refused'
  | 'inverted';

export interface KnownCapability {
  readonly name: CapabilityName;
  readonly state: CapabilityState;
}

/** What is known of a bucket's store. */
export interface BucketCapabilities {
  readonly endpoint: string;
  readonly capabilities: readonly KnownCapability[];
  readonly versioning: BucketTraits['versioning'];
}

/** Asks the bucket once, so that what is known counts for the store that answers now. */
export const bucketCapabilities = requestType<BucketRequest, BucketCapabilities>(
  'bucketCapabilities',
);

export const listBuckets = requestType<BucketPageRequest, BucketPage>('listBuckets');

/** Which rule a name breaks; `null` for none. */
export const judgeBucketName = requestType<string, BucketNameFault | null>('judgeBucketName');

/** Fails where no bucket can be created under that name. */
export const checkNewBucketName = requestType<BucketRequest, null>('checkNewBucketName');

export const createBucket = requestType<NewBucket, CreatedBucket>('createBucket');

export const inspectPrefix = requestType<PrefixRequest, PrefixContents>('inspectPrefix');

/** What stands between a prefix and the next `/` of the keys below it; not all where there are many. */
export const listPrefixes = requestType<PrefixRequest, readonly string[]>('listPrefixes');

export const inspectBucket = requestType<PrefixRequest, BucketTraits>('inspectBucket');

export const bucketVersioning = requestType<BucketRequest, BucketTraits['versioning']>(
  'bucketVersioning',
);

/**
 * Lets a bucket keep what is replaced or deleted, from now on; `null` where the store shows that it
 * is so, and otherwise why it could not be looked at. Fails with `not-kept` where it is not so.
 */
export const turnOnVersioning = requestType<BucketRequest, FailureRecord | null>(
  'turnOnVersioning',
);
