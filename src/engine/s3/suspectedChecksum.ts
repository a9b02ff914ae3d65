import { Failure } from '../failures/failure';
import type { MultipartUpload } from '../ports/bucket';
import { mayRefuseChecksum } from './refusedHeader';
import type { ChecksumOfUpload, StoreCapabilities } from './storeCapabilities';

/*
 * An upload has its checksum from beginning to end. Where a later request of it is refused, and that
 * may be for the checksum, the upload is begun anew without; only where that one is completed was
 * the checksum to blame.
 */

/** Whether an upload is to be begun without this checksum. */
export function leavesOut(
  { checksums, suspectedOfUploads }: StoreCapabilities,
  kind: ChecksumOfUpload,
): boolean {
  return checksums[kind] === 'unsupported' || suspectedOfUploads.has(kind);
}

/**
 * Returns what a request of the upload fails with: `no-such-upload` where its checksum may be
 * refused. The next one is begun without.
 */
export function refusedForChecksum(
  { suspectedOfUploads }: StoreCapabilities,
  { key, checksum }: Pick<MultipartUpload, 'key' | 'checksum'>,
  error: unknown,
): unknown {
  if (!mayRefuseChecksum(error)) return error;
  const kind = kindOf(checksum);
  if (kind === undefined) {
    suspectedOfUploads.clear();
    return error;
  }
  suspectedOfUploads.add(kind);
  return new Failure('no-such-upload', key, error);
}

/** Takes in that the store has completed an upload with this checksum. */
export function noteCompleted(
  { checksums, suspectedOfUploads }: StoreCapabilities,
  checksum: MultipartUpload['checksum'],
): void {
  for (const kind of suspectedOfUploads) {
    if (kind !== kindOf(checksum)) checksums[kind] = 'unsupported';
  }
  suspectedOfUploads.clear();
}

function kindOf(checksum: MultipartUpload['checksum']): ChecksumOfUpload | undefined {
  switch (checksum) {
    case 'none':
      return undefined;
    case 'crc32':
      return 'upload';
    case 'crc64nvme':
      return 'crc64nvme';
  }
}
