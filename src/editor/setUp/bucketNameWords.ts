import { l10n } from 'vscode';
import type { BucketNameFault } from '../../protocol/buckets';

/** What is wrong with a name for a bucket, in words: one sentence for each of S3's rules. */
export function bucketNameWords(fault: BucketNameFault): string {
  switch (fault) {
    case 'characters':
      return l10n.t('Only lowercase letters a to z, digits, dots and hyphens can be used.');
    case 'too-short':
      return l10n.t('A bucket’s name has at least 3 characters.');
    case 'too-long':
      return l10n.t('A bucket’s name has at most 63 characters.');
    case 'ends':
      return l10n.t('A bucket’s name begins and ends with a letter or a digit.');
    case 'adjacent-dots':
      return l10n.t('Two dots in a row are not allowed.');
    case 'ip-address':
      return l10n.t('A bucket’s name must not look like an IP address.');
    case 'reserved-beginning':
      return l10n.t(
        'S3 keeps names for itself that begin with “xn--”, “sthree-” or “amzn-s3-demo-”.',
      );
    case 'reserved-end':
      return l10n.t(
        'S3 keeps names for itself that end in “-s3alias”, “--ol-s3”, “.mrap”, “--x-s3” or “--table-s3”.',
      );
  }
}
