import type { CloudCopyRequest, CloudVersion, CloudVersions } from '../../protocol/cloudCopies';
import type { Bucket } from '../ports/bucket';
import { toKey } from '../disk/objectKey';

/** What the store still has of a file, newest first, and whether it keeps more from now on. */
export async function cloudVersions(
  bucket: Pick<Bucket, 'versioning' | 'listVersions'>,
  { setup, path }: CloudCopyRequest,
  signal: AbortSignal,
): Promise<CloudVersions> {
  const versioning = await bucket.versioning(signal);
  // There is the copy as it is now, and not all stores can list it as a version.
  if (versioning === 'off') return { versioning, versions: [], areAll: true };
  const versions: CloudVersion[] = [];
  const pages = bucket.listVersions({ key: toKey(setup.prefix, path), signal });
  for await (const page of pages) {
    for (const { kind, versionId, isLatest, size, modifiedAtMs: modifiedAt } of page) {
      if (versions.length === most) return { versioning, versions, areAll: false };
      versions.push({ kind, versionId, isLatest, size, modifiedAtMs: modifiedAt });
    }
  }
  return { versioning, versions, areAll: true };
}

/** More than anybody goes through in a list. */
const most = 1000;
