import type { LogOutputChannel, Memento } from 'vscode';
import type { Automation } from './automation/automation';
import type { Reports } from './batch/reports';
import type { UnfinishedBatch } from './batch/unfinishedBatch';
import type { RestoredCopies } from './cloudCopies/restoredCopies';
import type { Comparisons } from './client/comparisons';
import type { EngineClient } from './client/engineClient';
import type { RunningOperations } from './client/runningOperations';
import type { OverviewPanel } from './overview/overviewPanel';
import type { AccessKeys } from './targets/accessKeys';
import type { Profiles } from './targets/profiles';
import type { Targets } from './targets/targets';
import type { FilesTree } from './view/filesTree';
import type { FilesView } from './view/filesView';
import type { RowFilter } from './view/filter';
import type { LayoutChoice } from './view/layoutChoice';
import type { StepsDone } from './view/stepsDone';

/** What commands work with; built once, by `activate`. */
export interface Services {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly targets: Targets;
  readonly profiles: Profiles;
  readonly accessKeys: AccessKeys;
  readonly operations: RunningOperations;
  readonly reports: Reports;
  readonly unfinished: UnfinishedBatch;
  /** Of this user, over all windows. */
  readonly memory: Memento;
  readonly comparisons: Comparisons;
  readonly automation: Automation;
  readonly restoredCopies: RestoredCopies;
  readonly filter: RowFilter;
  readonly layout: LayoutChoice;
  readonly tree: FilesTree;
  readonly steps: StepsDone;
  readonly view: FilesView;
  readonly overview: OverviewPanel;
}
