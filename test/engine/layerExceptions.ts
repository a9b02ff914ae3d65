/** What still crosses the layers upwards or sideways. */
export const knownCrossings: readonly string[] = [
  'engine/checksums/contentCheck imports engine/records/receipts',
  'engine/disk/flushMapped imports engine/scan/localScan',
  'engine/disk/objectAttributes imports engine/scan/localScan',
  'engine/disk/openFile imports engine/scan/localScan',
  'engine/disk/renameNoReplace imports engine/staging/placeholders',
  'engine/disk/renameToConflictName imports engine/staging/placeholders',
  'engine/disk/statWhenStable imports engine/scan/localScan',
  'engine/freeUp/readBack imports engine/restore/fetchObject',
  'engine/freeUp/selectFreeable imports engine/backup/plan',
  'engine/network/interruption imports engine/backup/transfer',
  'engine/records/invalidateReading imports engine/scan/localScan',
  'engine/records/localFileColumns imports engine/scan/localScan',
  'engine/records/receipts imports engine/scan/cloudListing',
  'engine/records/receipts imports engine/scan/localScan',
  'engine/records/unfinishedFiles imports engine/batch/batch',
  'engine/records/unfinishedFiles imports engine/backup/plan',
  'engine/records/unfinishedFiles imports engine/comparison/job',
  'engine/records/uploadStore imports engine/scan/localScan',
  'engine/restore/selectRestores imports engine/backup/plan',
];

/** The circles that are still there, types included. */
export const knownCircles: readonly (readonly string[])[] = [
  [
    'engine/backup/openUpload',
    'engine/backup/plan',
    'engine/backup/preview',
    'engine/backup/transfer',
    'engine/backup/upload',
    'engine/backup/uploadInParts',
    'engine/batch/batch',
    'engine/comparison/job',
    'engine/network/circuitBreaker',
    'engine/network/interruption',
    'engine/network/transferControl',
    'engine/records/unfinished',
    'engine/records/unfinishedFiles',
  ],
  ['engine/freeUp/freeStep', 'engine/freeUp/listedCopies'],
  ['engine/restore/displaceExisting', 'engine/restore/writeAtomically'],
];

/** The files that are still too long. */
export const knownLongFiles: readonly string[] = [];

/** Short files with one importer, and why each stands by itself. */
export const smallFiles: Readonly<Record<string, string>> = {
  'editor/client/workerLimits': 'the measurements need them where there is no VS Code',
  'engine/backup/preview': 'to be merged',
  'engine/config/profiles': 'to be merged',
  'engine/disk/contentType': 'to be merged',
  'engine/disk/diskSpace': 'to be merged',
  'engine/disk/syncFolder': 'to be merged',
  'engine/freeUp/applyFreed': 'to be merged',
  'engine/freeUp/trashExamined': 'to be merged',
  'engine/freeUp/trashLocal': 'to be merged',
  'engine/records/journalMode': 'to be merged',
  'engine/restore/applyRestored': 'to be merged',
  'engine/restore/copiesBehindLinks': 'to be merged',
  'engine/restore/saveCopy': 'to be merged',
  'engine/s3/askHarmlessly': 'to be merged',
  'engine/s3/clockOffset': 'to be merged',
  'engine/s3/collectBounded': 'to be merged',
  'engine/store/listBuckets': 'to be merged',
};
