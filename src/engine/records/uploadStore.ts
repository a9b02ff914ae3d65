import type { FilePath } from '../../protocol/folders';
import type { MultipartUpload } from '../ports/bucket';
import type { LocalFile } from '../disk/localFile';

/** An upload in parts that we have begun and that is neither completed nor given up in the store. */
export interface StoredUpload {
  readonly upload: MultipartUpload;
  /** The state of the file whose bytes its parts are. */
  readonly local: LocalFile;
  readonly partSize: number;
  /** What is to become of it, when there is a chance. */
  readonly fate: 'finish' | 'abort';
  /** When something was last done with it; milliseconds since 1970. */
  readonly usedAt: number;
}

/** Those of one folder, for one place in the cloud. */
export interface UploadStore {
  /** Those of a path, the last used first. */
  of(path: FilePath): readonly StoredUpload[];
  /** Replaces what was known of the same upload. */
  keep(kept: StoredUpload): void;
  forget(upload: MultipartUpload): void;
}

/** For as long as the engine lives. */
export interface KeptUploadsInMemory extends UploadStore {
  all(): readonly StoredUpload[];
}

export function keptUploadsInMemory(): KeptUploadsInMemory {
  const uploads = new Map<string, StoredUpload>();
  return {
    all: () => [...uploads.values()],
    of: path =>
      [...uploads.values()]
        .filter(({ local }) => local.path === path)
        .sort((one, other) => other.usedAt - one.usedAt),
    keep: kept => void uploads.set(kept.upload.uploadId, kept),
    forget: ({ uploadId }) => void uploads.delete(uploadId),
  };
}
