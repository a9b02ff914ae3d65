import type { BucketContext } from './bucketContext';

/**
 * Whether new copies are encrypted by KMS, as far as settings and answers have shown: their ETags are
 * no digests (S3's page "Checking object integrity"), so that only a long checksum tells another
 * computer what they consist of.
 */
export function isByKms({ capabilities, storage }: BucketContext): boolean {
  return isKms(storage?.encryption) || capabilities.shown['encrypts-by-kms'] === 'supported';
}

/** Notes what the answer to a write says of the bucket's own encryption. */
export function learnEncryption(
  { capabilities, storage }: BucketContext,
  encryption: string | undefined,
): void {
  // Else it is the settings that have decided.
  if (storage?.encryption !== undefined) return;
  capabilities.shown['encrypts-by-kms'] = isKms(encryption) ? 'supported' : 'unsupported';
}

/** Whether that name of an encryption, in a setting or an answer, is one by KMS. */
export function isKms(encryption: string | undefined): boolean {
  return encryption?.startsWith('aws:kms') === true;
}
