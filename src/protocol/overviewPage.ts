/** What the overview's page and the editor say to each other. All sentences come from the editor. */

import type { FilePath } from './folders';
import type { Shade } from './overview';

/** What the overview shows: a folder, or what of it is left after its largest things. */
export interface OverviewPlace {
  /** `undefined` for all folders of a workspace that has several. */
  readonly folder: string | undefined;
  readonly path: FilePath;
  readonly skip: number;
}

/** One piece of the picture. */
export interface Tile {
  /** The same in later pictures, as long as there is such a thing. */
  readonly id: string;
  readonly kind: 'file' | 'folder' | 'rest';
  readonly name: string;
  readonly size: string;
  /** Its verdict, or how many of its files have which. */
  readonly state: string;
  /** All of that, for screen readers. */
  readonly label: string;
  readonly weights: readonly ShadeWeight[];
  /** Of a folder that is drawn opened; their weights add up to its own. */
  readonly tiles: readonly Tile[] | undefined;
}

export interface ShadeWeight {
  readonly shade: Shade;
  /** Its share of the area. */
  readonly weight: number;
}

/** A folder above the picture; the last one is what it shows. */
export interface Crumb {
  /** That of its tile. */
  readonly id: string;
  readonly name: string;
  readonly place: OverviewPlace;
}

export interface LegendEntry {
  readonly shade: Shade;
  readonly name: string;
  readonly amount: string;
}

export interface FileAtRisk {
  readonly id: string;
  readonly shade: Shade;
  readonly name: string;
  readonly size: string;
  readonly label: string;
}

/** The names of what the page shows around the picture. */
export interface PageWords {
  readonly map: string;
  readonly table: string;
  readonly views: string;
  readonly above: string;
  readonly hint: string;
  readonly legend: string;
  readonly atRisk: string;
  readonly nothingAtRisk: string;
  readonly name: string;
  readonly size: string;
  readonly state: string;
  readonly actions: string;
}

export interface Picture {
  readonly kind: 'picture';
  readonly place: OverviewPlace;
  readonly crumbs: readonly Crumb[];
  readonly summary: string;
  readonly legend: readonly LegendEntry[];
  readonly tiles: readonly Tile[];
  readonly atRisk: readonly FileAtRisk[];
  /** What stands on tiles and in the legend beside the colour: one character for each. */
  readonly marks: Readonly<Record<Shade, string>>;
  readonly words: PageWords;
}

export type ToPage =
  | Picture
  /** There is nothing to draw yet; the button, where there is one, compares. */
  | { readonly kind: 'nothing'; readonly text: string; readonly button: string | undefined };

export type FromPage =
  /** It listens, and shows nothing yet. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'compare' }
  | { readonly kind: 'go'; readonly place: OverviewPlace }
  /** Look into a folder or a rest; of a file, offer what can be done. */
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'actions'; readonly id: string };
