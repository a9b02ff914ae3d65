import { toKey } from '../disk/objectKey';
import { Failure } from '../failures/failure';
import type { Bucket, ObjectHead } from '../ports/bucket';
import type {
  CloudCopy,
  CloudCopyContent,
  CloudCopyReading,
  CloudCopyRequest,
  CloudVersion,
  CloudVersions,
} from '../../protocol/cloudCopies';

/** A copy's bytes, in memory of their own. Throws `too-large-to-open` where there are too many. */
export async function readCloudCopy(
  bucket: Pick<Bucket, 'get'>,
  { setup, path, versionId, limit }: CloudCopyReading,
  signal: AbortSignal,
): Promise<CloudCopyContent> {
  const key = toKey(setup.prefix, path);
  const { head, body } = await bucket.get({ key, versionId, signal });
  const fits = head.size <= limit;
  const bytes = new Uint8Array(fits ? head.size : 0);
  let length = 0;
  for await (const chunk of body) {
    // Thrown in here, since that lets go of the body and of its socket.
    if (!fits) throw new Failure('too-large-to-open', key, `${String(head.size)} bytes`);
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  return { copy: toCopy(head), bytes };
}

/** What is known of a copy without its bytes. Throws where there is none, or none that can be read. */
export async function cloudCopy(
  bucket: Pick<Bucket, 'head'>,
  { setup, path, versionId }: CloudCopyRequest,
  signal: AbortSignal,
): Promise<CloudCopy> {
  const key = toKey(setup.prefix, path);
  const head = await bucket.head({ key, versionId, signal });
  if (head === undefined) throw new Failure('no-such-key', key);
  const { archive } = head;
  if (archive !== undefined && archive.kind !== 'restored') {
    throw new Failure('archived', key, archive.kind);
  }
  return toCopy(head);
}

function toCopy({ size, etag, modifiedAtMs: modifiedAt, versionId }: ObjectHead): CloudCopy {
  return { size, etag, modifiedAtMs: modifiedAt, versionId };
}

/** What the store still has of a file, newest first, and whether it keeps more from now on. */
export async function cloudVersions(
  bucket: Pick<Bucket, 'versioning' | 'listVersions' | 'head'>,
  { setup, path }: CloudCopyRequest,
  signal: AbortSignal,
): Promise<CloudVersions> {
  const versioning = await bucket.versioning(signal);
  // There is the copy as it is now, and not all stores can list it as a version.
  if (versioning === 'off') return { versioning, versions: [], areAll: true };
  const versions: CloudVersion[] = [];
  let areAll = true;
  const key = toKey(setup.prefix, path);
  const pages = bucket.listVersions({ key, signal });
  for await (const page of pages) {
    for (const { kind, versionId, isLatest, size, modifiedAtMs: modifiedAt } of page) {
      if (versions.length === maxVersions) return { versioning, versions, areAll: false };
      // Nobody could choose it, and the others are not to blame.
      if (kind === 'odd') areAll = false;
      else versions.push({ kind, versionId, isLatest, size, modifiedAtMs: modifiedAt });
    }
  }
  if (versions.length > 0) return { versioning, versions, areAll };
  // Not every store lists everything that it has.
  const head = await bucket.head({ key, signal });
  return { versioning, versions: head === undefined ? [] : [toLatest(head)], areAll };
}

/** An object without a version has the id "null", as in lists of versions. */
function toLatest({ size, modifiedAtMs, versionId = 'null' }: ObjectHead): CloudVersion {
  return { kind: 'version', versionId, isLatest: true, size, modifiedAtMs };
}

/** More than anybody goes through in a list. */
const maxVersions = 1000;
