import type { LocalFile } from '../../../src/engine/disk/localFile';
import type { CloudFile } from '../../../src/engine/scan/cloudListing';

/** A file as it was found on the disk; what is left out plays no part in the test. */
export function aLocalFile(differing: Partial<LocalFile> & Pick<LocalFile, 'path'>): LocalFile {
  return { size: 1, mtimeNs: 1n, ctimeNs: 1n, inode: 1n, ...differing };
}

/** A file as the bucket lists it; what is left out plays no part in the test. */
export function aCloudFile(differing: Partial<CloudFile> & Pick<CloudFile, 'path'>): CloudFile {
  return {
    size: 1,
    modifiedAtMs: 1_700_000_000_000,
    etag: 'e',
    storageClass: 'STANDARD',
    ...differing,
  };
}
