import type { CompareRule } from '../config/settings';
import type { VolumeTop } from '../disk/volumesBelow';
import type { Bucket } from '../ports/bucket';
import type { FolderReceipts } from '../records/receiptStore';
import type { ReceiptOwner } from '../records/receipts';
import type { FolderUnfinished } from '../records/unfinished';
import type { ExcludeRules } from '../scan/exclude';

/** What to compare: where it is, where it goes, and what is left out. */
export interface ComparisonJob extends Route {
  readonly exclude: ExcludeRules;
  readonly rule: CompareRule;
  /** The settings that `exclude` and `rule` were made from; equal keys judge alike. */
  readonly rulesKey: string;
}

/** Where a folder's files are, where they go, and what is remembered of them. */
export interface Route {
  readonly target: ComparisonTarget;
  /** The folder on disk: absolute, as the system spells it. */
  readonly root: string;
  /** The volumes that the receipts are of, as they were seen when the route was opened. */
  readonly volumes: readonly VolumeTop[];
  readonly bucket: Bucket;
  readonly receipts: FolderReceipts;
  readonly unfinished: FolderUnfinished;
}

/** Which folder, and which place in which store. */
export interface ComparisonTarget extends ReceiptOwner {
  /** Identifies the folder within this window. */
  readonly folder: string;
}

export function isSameTarget(one: ComparisonTarget, other: ComparisonTarget): boolean {
  return (
    one.folder === other.folder &&
    one.folderId === other.folderId &&
    one.store === other.store &&
    one.bucket === other.bucket &&
    one.prefix === other.prefix
  );
}
