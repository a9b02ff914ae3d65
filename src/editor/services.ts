import type { LogOutputChannel, Memento } from 'vscode';
import type { Comparisons } from './watch/comparisons';
import type { Engine } from './client/engineClient';
import type { FilesTree } from './view/filesTree';
import type { FilesView } from './view/filesView';
import type { LayoutChoice } from './view/layoutChoice';
import type { Ongoing } from './client/ongoing';
import type { Profiles } from './targets/profiles';
import type { Reports } from './batch/reports';
import type { EarlierBatch } from './batch/unfinishedBatch';
import type { RowFilter } from './view/rowFilter';
import type { Targets } from './targets/targets';

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
