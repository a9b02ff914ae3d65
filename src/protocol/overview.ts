/** How much of a folder is how safe, for a picture of it. */

import type { GroupTotals } from './comparisons';
import type { FilePath } from './folders';
import { requestType } from './messages';
import type { FileRow } from './rows';
import { callsSafe, groups, isNotBackedUp, type Verdict } from './verdicts';

/** Verdicts as the picture tells them apart; what is ignored is not in it. */
export const shades = [
  'lost',
  'changed-in-cloud',
  'unchecked',
  'out-of-date',
  'missing-in-cloud',
  'unconfirmed',
  'not-proved',
  'proved',
  'only-in-cloud',
] as const;

export type Shade = (typeof shades)[number];

/** Returns the shade of a verdict; `undefined` for what is ignored. */
export function shadeOf(verdict: Verdict): Shade | undefined {
  switch (verdict.kind) {
    case 'ignored':
      return undefined;
    case 'up-to-date':
      if (verdict.proof === 'unconfirmed') return 'unconfirmed';
      return callsSafe(verdict.proof) ? 'proved' : 'not-proved';
    case 'lost':
    case 'changed-in-cloud':
    case 'unchecked':
    case 'out-of-date':
    case 'missing-in-cloud':
    case 'only-in-cloud':
      return verdict.kind;
  }
}

/** Whether files of this shade are here and not safe in the cloud. */
export function isAtRisk(shade: Shade): boolean {
  const group = groups.find(each => each === shade);
  return group !== undefined && isNotBackedUp(group);
}

/** How much there is of one shade. A file counts with its local size, or else with its copy's. */
export interface ShadeSum {
  readonly shade: Shade;
  readonly files: number;
  readonly bytes: number;
}

/** Returns how much there is of all shades together. */
export function totalOf(sums: readonly ShadeSum[]): GroupTotals {
  return sums.reduce(
    (total, { files, bytes }) => ({ files: total.files + files, bytes: total.bytes + bytes }),
    { files: 0, bytes: 0 },
  );
}

/** One piece of the picture. All pieces of a folder add up to its sums. */
export type OverviewPart = OverviewFile | OverviewFolder | OverviewRest;

export interface OverviewFile {
  readonly kind: 'file';
  readonly shade: Shade;
  readonly bytes: number;
  readonly row: FileRow;
}

export interface OverviewFolder {
  readonly kind: 'folder';
  readonly path: FilePath;
  /** Of all shades that there are below it, in the order of `shades`. */
  readonly sums: readonly ShadeSum[];
  readonly ignored: number;
  /** The largest first; `undefined` where they are not told. */
  readonly parts: readonly OverviewPart[] | undefined;
}

/** What of a folder is too small, or too much, to be told one by one. */
export interface OverviewRest {
  readonly kind: 'rest';
  readonly path: FilePath;
  readonly sums: readonly ShadeSum[];
  /** How many larger ones there are: the `skip` with which the rest is asked for. */
  readonly skip: number;
}

export interface OverviewRequest {
  readonly folder: string;
  readonly path: FilePath;
  /** How many of the largest things in the folder are left out, since they are known already. */
  readonly skip: number;
  /** How many parts are told at most, at all depths together. */
  readonly limit: number;
}

export interface Overview {
  readonly root: OverviewFolder;
  /** The largest local files below it that are not backed up as they are, the largest first. */
  readonly atRisk: readonly FileRow[];
}

/** How many files at risk are told, of one folder or of all together. */
export const mostAtRisk = 10;

/** `null` where there is nothing at the path. */
export const overview = requestType<OverviewRequest, Overview | null>('overview');
