import { Uri } from 'vscode';
import type { FilePath } from '../../protocol/folders';
import type { Target } from '../targets/target';

/** The scheme of cloud copies, which are read from the bucket and never written. */
export const cloudCopyScheme = 's3backup';

/** What a cloud copy's URI names: the folder, the target, the file, and the version. */
export interface CloudCopyName {
  /** The folder's identity in its record, which survives a move. */
  readonly folderId: string;
  readonly target: Target;
  readonly path: FilePath;
  /** A fixed version; `undefined` means the current copy. */
  readonly versionId: string | undefined;
}

/** Keeps the file's own path, because VS Code chooses the editor by it. */
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

/** The reverse of `cloudCopyUri`. Returns `undefined` for any other URI. */
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
