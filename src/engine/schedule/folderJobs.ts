import type { FolderSetup } from '../../protocol/folders';
import type { Connection } from '../ports/connection';
import { toFilePath } from '../disk/filePath';
import { volumesIn } from '../disk/volumesBelow';
import { ExcludeRules } from '../scan/exclude';
import { ignoreFilesBelow } from '../scan/ignoreFiles';
import type { Receipts } from '../records/receiptStore';
import type { Unfinished } from '../records/unfinished';
import { parseCompareSettings } from '../config/settings';
import type { ComparisonJob } from '../comparison/job';

export interface FolderJobsDeps {
  readonly connectionOf: (setup: Pick<FolderSetup, 'settings' | 'isUnasked'>) => Connection;
  readonly receipts: Receipts;
  readonly unfinished: Unfinished;
}

/** Makes the comparison job of a folder from its setup. Throws what is wrong with its settings. */
export type FolderJobs = (setup: FolderSetup) => ComparisonJob;

export function folderJobs({ connectionOf, receipts, unfinished }: FolderJobsDeps): FolderJobs {
  return setup => {
    const settings = parseCompareSettings(setup.settings);
    const { id: folder, folderId, root, innerRoots = [], bucket, prefix, kin = [] } = setup;
    const innerFolders = innerRoots.flatMap(inner => toFilePath(root, inner) ?? []);
    const connection = connectionOf(setup);
    const owner = { folderId, store: connection.store, bucket, prefix };
    const ownReceipts = receipts.of(
      owner,
      kin.map(each => ({ ...owner, ...each })),
    );
    const volumes = volumesIn(root, ownReceipts.knownVolumes);
    ownReceipts.noteVolumes(volumes);
    return {
      target: { folder, ...owner },
      root,
      volumes,
      bucket: connection.bucket(bucket),
      receipts: ownReceipts,
      unfinished: unfinished.of(owner),
      exclude: new ExcludeRules(
        settings.exclude,
        ignoreFilesBelow(root, settings.ignoreFiles),
        innerFolders,
      ),
      rule: settings.rule,
      rulesKey: JSON.stringify([settings, innerFolders]),
    };
  };
}
