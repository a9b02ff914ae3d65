/**
 * Returns the size of one part, in bytes, which is also that of the largest file that is sent in one
 * piece. All parts of an upload have the same size, since some stores insist on it (Cloudflare R2
 * does), and it is large enough that 10,000 parts suffice: S3 takes no more, nor any of less than
 * 5 MiB but the last. See "Amazon S3 multipart upload limits",
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export function partSizeFor(size: number): number {
  const needed = Math.ceil(size / maxParts / mebibyte) * mebibyte;
  return Math.max(minPartBytes, needed);
}

/** Returns of how many parts a file of this size consists; one part is sent in one piece. */
export function partsOf(size: number): number {
  return Math.max(1, Math.ceil(size / partSizeFor(size)));
}

const mebibyte = 1 << 20;
const minPartBytes = 8 * mebibyte;
const maxParts = 10_000;
