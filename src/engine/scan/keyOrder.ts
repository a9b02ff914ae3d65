import type { FilePath } from '../../protocol/folders';

/** Whether one key comes before another in the order of S3, that of their bytes in UTF-8. */
export function isBeforeInBytes(one: string, other: string): boolean {
  // Only halves of pairs stand elsewhere in UTF-16.
  if (!pairsOrBeyond.test(one) || !pairsOrBeyond.test(other)) return one < other;
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}

const pairsOrBeyond = /[\ud800-\uffff]/;

export const keysBetweenGuides = 1000;

/** Returns every so many of the paths, ordered as keys are. */
export function guidesAmong(paths: Iterable<FilePath>, count: number): readonly FilePath[] {
  const chosen: FilePath[] = [];
  const step = Math.max(1, Math.floor(count / maxSampled));
  let index = 0;
  for (const path of paths) if (index++ % step === 0) chosen.push(path);
  chosen.sort((one, other) => (isBeforeInBytes(one, other) ? -1 : 1));
  const between = Math.max(1, Math.round(keysBetweenGuides / step));
  return chosen.filter((_, at) => at % between === between - 1);
}

/** Enough to cut a list in eight; all of a million would take a second to sort. */
const maxSampled = 10_000;

/** Returns those of ordered keys that lie between two others; `undefined` is the end. */
export function betweenKeys(
  ordered: readonly string[],
  after: string | undefined,
  before: string | undefined,
): readonly string[] {
  const isInside = (key: string) =>
    (after === undefined || isBeforeInBytes(after, key)) &&
    (before === undefined || isBeforeInBytes(key, before));
  return ordered.filter(isInside);
}

/**
 * Returns a text about halfway between two keys that begin with a prefix, as far as names are made of
 * ASCII; `undefined` where there is none. `undefined` as `before` is the end of the prefix.
 */
export function middleKey(
  after: string,
  before: string | undefined,
  prefix: string,
): string | undefined {
  let at = prefix.length;
  while (before !== undefined && at < after.length && after[at] === before[at]) at++;
  const codeOf = (key: string | undefined, otherwise: number) => key?.codePointAt(at) ?? otherwise;
  for (const end of [codeOf(before, lastAscii), lastAscii]) {
    const code = (codeOf(after, firstAscii) + Math.min(end, lastAscii)) >> 1;
    const middle = after.slice(0, at) + String.fromCharCode(code);
    const isBelow = before === undefined || isBeforeInBytes(middle, before);
    if (code <= lastAscii && isBeforeInBytes(after, middle) && isBelow) return middle;
    at++;
  }
  return undefined;
}

const firstAscii = 0x20;
const lastAscii = 0x7e;
