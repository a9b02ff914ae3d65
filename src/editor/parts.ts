import type { LogOutputChannel, Memento } from 'vscode';
import type { Comparisons } from './comparisons';
import type { Engine } from './engine';
import type { FilesTree } from './filesTree';
import type { FilesView } from './filesView';
import type { LayoutChoice } from './layoutChoice';
import type { Ongoing } from './ongoing';
import type { Profiles } from './profiles';
import type { Reports } from './reports';
import type { EarlierBatch } from './resume/earlierBatch';
import type { RowFilter } from './rowFilter';
import type { Targets } from './targets';

/** What commands work with; built once, by `activate`. */
export interface Parts {
  readonly log: LogOutputChannel;
  readonly engine: Engine;
  readonly targets: Targets;
  readonly profiles: Profiles;
  readonly ongoing: Ongoing;
  readonly reports: Reports;
  readonly earlier: EarlierBatch;
  /** Of this user, over all windows. */
  readonly memory: Memento;
  readonly comparisons: Comparisons;
  readonly filter: RowFilter;
  readonly layout: LayoutChoice;
  readonly tree: FilesTree;
  readonly view: FilesView;
}
