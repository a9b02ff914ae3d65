import type { ChecksumAlgorithm, ObjectHead } from '../ports/bucket';

/** The checksum over all of an object's bytes, in base64, where the store keeps one. */
export function wholeChecksum(
  { checksums }: Pick<ObjectHead, 'checksums'>,
  algorithm: ChecksumAlgorithm,
): string | undefined {
  return checksums.find(each => each.algorithm === algorithm && each.type === 'full-object')?.value;
}
