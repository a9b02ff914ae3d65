import type { LocalFile } from '../../../src/engine/disk/localFile';
import type { CloudFile } from '../../../src/engine/scan/cloudListing';
import type { FilePath } from '../../../src/protocol/folders';
import type { FileRow } from '../../../src/protocol/rows';

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

/** The row of a file that is missing in the cloud; what is left out plays no part in the test. */
export function aFileRow(path: string, differing: Partial<Omit<FileRow, 'path'>> = {}): FileRow {
  return {
    kind: 'file',
    path: path as FilePath,
    isFolder: false,
    verdict: { kind: 'missing-in-cloud' },
    local: undefined,
    cloud: undefined,
    activity: undefined,
    ...differing,
  };
}
