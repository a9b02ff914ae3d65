import { Uri } from 'vscode';
import type { FilePath } from '../../protocol/folders';
import type { Target } from '../targets/target';

/** Documents of this scheme are cloud copies; they are read from the bucket and never written. */
export const cloudCopyScheme = 's3backup';

/** What a cloud copy's URI says: whose file it is, where it is kept, and which state of it is meant. */
export interface CloudCopyName {
  /** The folder's identity in its record, which it keeps when it moves. */
  readonly folderId: string;
  readonly target: Target;
  readonly path: FilePath;
  /** One version for good; the copy as it is now where it is left out. */
  readonly versionId: string | undefined;
}

/** The path stays the file's own, since editors are chosen by it. */
export function cloudCopyUri({ folderId, target, path, versionId }: CloudCopyName): Uri {
  const query = new URLSearchParams({ bucket: target.bucket, prefix: target.prefix });
  if (versionId !== undefined) query.set('version', versionId);
  return Uri.from({
    scheme: cloudCopyScheme,
    authority: folderId,
    path: `/${path}`,
    query: query.toString(),
  });
}

/** The reverse; `undefined` for what is no cloud copy's URI. */
export function readCloudCopyUri(uri: Uri): CloudCopyName | undefined {
  const query = new URLSearchParams(uri.query);
  const bucket = query.get('bucket');
  const prefix = query.get('prefix');
  const path = uri.path.slice(1) as FilePath;
  if (uri.scheme !== cloudCopyScheme || bucket === null || prefix === null || path === '') {
    return undefined;
  }
  const target = { bucket, prefix };
  return { folderId: uri.authority, target, path, versionId: query.get('version') ?? undefined };
}
