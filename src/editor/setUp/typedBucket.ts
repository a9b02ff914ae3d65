import { l10n } from 'vscode';
import { normalPrefix } from '../targets/prefix';
import type { Target } from '../targets/target';

/** Takes `bucket/prefix` apart, with or without `s3://`. */
export function readAddress(typed: string): Target {
  const [, bucket = '', prefix = ''] = /^(?:s3:\/\/)?([^/]*)\/?(.*)$/is.exec(typed.trim()) ?? [];
  return { bucket, prefix: normalPrefix(prefix) };
}

/**
 * Says what is wrong with the name of a bucket that is to exist already. S3's rules for new names do
 * not count: older buckets, and those of other stores, may break them.
 */
export function existingBucketFault(name: string): string | undefined {
  if (name === '') return l10n.t('Enter the name of a bucket.');
  if (name.startsWith('arn:')) {
    return l10n.t('Enter the access point’s alias, which ends in “-s3alias”, instead of its ARN.');
  }
  return /^[\w.-]+$/.test(name)
    ? undefined
    : l10n.t(
        'A bucket’s name contains only letters a to z, digits, dots, hyphens and underscores.',
      );
}

/** Returns the place that was typed, if it can be one. */
export function typedAddress(typed: string): Target | undefined {
  const address = readAddress(typed);
  return existingBucketFault(address.bucket) === undefined ? address : undefined;
}
