import type { ReceiptOwner } from '../receipts';
import { remainingInMemory, type RemainingFiles } from './remainingFiles';

/** What has begun and is to outlive the engine; of all folders. */
export interface Unfinished {
  of(owner: ReceiptOwner): FolderUnfinished;
  /** Forgets what this folder has left to send to other places: it is backed up here now. */
  forgetElsewhere(owner: ReceiptOwner): void;
}

/** Of one folder, for one place in the cloud. */
export interface FolderUnfinished {
  readonly remaining: RemainingFiles;
}

/** For as long as the engine lives. */
export function unfinishedInMemory(): Unfinished {
  const owners = new Map<
    string,
    { readonly owner: ReceiptOwner; readonly unfinished: FolderUnfinished }
  >();
  return {
    of(owner) {
      const key = keyOf(owner);
      const known = owners.get(key)?.unfinished ?? { remaining: remainingInMemory() };
      owners.set(key, { owner, unfinished: known });
      return known;
    },
    forgetElsewhere(here) {
      for (const [key, { owner, unfinished }] of owners) {
        const isElsewhere = owner.folderId === here.folderId && key !== keyOf(here);
        if (isElsewhere) unfinished.remaining.clear();
      }
    },
  };
}

function keyOf({ folderId, endpoint, bucket, prefix }: ReceiptOwner): string {
  return JSON.stringify([folderId, endpoint, bucket, prefix]);
}
