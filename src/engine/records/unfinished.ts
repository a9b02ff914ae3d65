import type { ReceiptOwner } from './receipts';
import {
  keptUploadsInMemory,
  type StoredUpload,
  type UploadStore,
  type KeptUploadsInMemory,
} from './uploadStore';
import { remainingInMemory, type UnfinishedFilesStore } from './unfinishedFiles';

/** What has begun and is to outlive the engine; of all folders. */
export interface Unfinished {
  of(owner: ReceiptOwner): FolderUnfinished;
  /** The uploads of all folders that lie in this store. */
  uploadsAt(endpoint: string): readonly OwnedUpload[];
  /** Forgets what this folder has left to send to other places: it is backed up here now. */
  forgetElsewhere(owner: ReceiptOwner): void;
}

/** Of one folder, for one place in the cloud. */
export interface FolderUnfinished {
  readonly remaining: UnfinishedFilesStore;
  readonly uploads: UploadStore;
}

export interface OwnedUpload {
  readonly owner: ReceiptOwner;
  readonly kept: StoredUpload;
}

/** For as long as the engine lives. */
export function unfinishedInMemory(): Unfinished {
  const owners = new Map<string, OwnerInMemory>();

  function known(owner: ReceiptOwner): OwnerInMemory {
    const key = keyOf(owner);
    const found = owners.get(key) ?? {
      owner,
      remaining: remainingInMemory(),
      uploads: keptUploadsInMemory(),
    };
    owners.set(key, found);
    return found;
  }

  return {
    of: known,
    uploadsAt: endpoint =>
      [...owners.values()]
        .filter(({ owner }) => owner.endpoint === endpoint)
        .flatMap(({ owner, uploads }) => uploads.all().map(kept => ({ owner, kept }))),
    forgetElsewhere(here) {
      for (const { owner, remaining } of owners.values()) {
        const isElsewhere = owner.folderId === here.folderId && keyOf(owner) !== keyOf(here);
        if (isElsewhere) remaining.clear();
      }
    },
  };
}

interface OwnerInMemory extends FolderUnfinished {
  readonly owner: ReceiptOwner;
  readonly uploads: KeptUploadsInMemory;
}

function keyOf({ folderId, endpoint, bucket, prefix }: ReceiptOwner): string {
  return JSON.stringify([folderId, endpoint, bucket, prefix]);
}
