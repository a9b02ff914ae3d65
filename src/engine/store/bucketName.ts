import type { BucketNameFault } from '../../protocol/buckets';

/** Which of S3's rules for the names of buckets a name breaks first, if any. */
export function bucketNameFault(name: string): BucketNameFault | undefined {
  // Characters first: to be told that "My Bucket" is long enough helps nobody.
  if (/[^a-z0-9.-]/.test(name)) return 'characters';
  if (name.length < shortest) return 'too-short';
  if (name.length > longest) return 'too-long';
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return 'ends';
  if (name.includes('..')) return 'adjacent-dots';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return 'ip-address';
  if (reservedBeginnings.some(beginning => name.startsWith(beginning))) return 'reserved-beginning';
  if (reservedEnds.some(end => name.endsWith(end))) return 'reserved-end';
  return undefined;
}

const shortest = 3;
const longest = 63;
const reservedBeginnings = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const reservedEnds = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];
