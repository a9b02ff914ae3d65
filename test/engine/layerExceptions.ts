/** What still crosses the layers upwards or sideways. */
export const knownCrossings: readonly string[] = [
  'engine/freeUp/readBack imports engine/restore/fetchObject',
  'engine/freeUp/selectFreeable imports engine/backup/plan',
  'engine/restore/selectRestores imports engine/backup/plan',
];

/** The circles that are still there, types included. */
export const knownCircles: readonly (readonly string[])[] = [
  ['engine/backup/plan', 'engine/backup/preview'],
  ['engine/backup/upload', 'engine/backup/uploadInParts'],
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
  'engine/freeUp/applyFreed': 'to be merged',
  'engine/freeUp/trashExamined': 'to be merged',
  'engine/freeUp/trashLocal': 'to be merged',
  'engine/restore/applyRestored': 'to be merged',
  'engine/restore/copiesBehindLinks': 'to be merged',
  'engine/restore/saveCopy': 'to be merged',
  'engine/store/listBuckets': 'to be merged',
};
