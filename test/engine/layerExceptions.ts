/** What still crosses the layers upwards or sideways. */
export const knownCrossings: readonly string[] = [];

/** The circles that are still there, types included. */
export const knownCircles: readonly (readonly string[])[] = [];

/** The files that are still too long. */
export const knownLongFiles: readonly string[] = [];

/** Short files with one importer, and why each stands by itself. */
export const smallFiles: Readonly<Record<string, string>> = {
  'editor/client/workerLimits': 'the measurements need them where there is no VS Code',
};
