import { join } from 'node:path';
import { window, type ExtensionContext } from 'vscode';
import { Automation } from './automation/automation';
import { Reports } from './batch/reports';
import { UnfinishedBatch } from './batch/unfinishedBatch';
import { RestoredCopies } from './cloudCopies/restoredCopies';
import { Comparisons } from './client/comparisons';
import { EngineClient } from './client/engineClient';
import { RunningOperations } from './client/runningOperations';
import { ContextKey } from './contributions/contextKey';
import { OverviewPanel } from './overview/overviewPanel';
import type { Services } from './services';
import { AccessKeys } from './targets/accessKeys';
import { FolderRecords } from './targets/folderRecords';
import { Profiles } from './targets/profiles';
import { Targets } from './targets/targets';
import { FilesTree } from './view/filesTree';
import { FilesView } from './view/filesView';
import { RowFilter } from './view/filter';
import { LayoutChoice } from './view/layoutChoice';
import { PastTotals } from './view/pastTotals';
import { ShownState } from './view/shownState';
import { StepsDone } from './view/stepsDone';
import { UnsavedRows } from './view/unsavedRows';
import { RefreshScheduler } from './view/refreshScheduler';
import { ActiveFile } from './workbench/activeFile';
import { LastComplete } from './workbench/lastComplete';
import { FileDecorations } from './workbench/fileDecorations';
import { StatusBar } from './workbench/statusBar';

/** What `activate` builds, and all of it that has to be disposed, views first. */
export interface CreatedServices {
  readonly services: Services;
  readonly disposables: ExtensionContext['subscriptions'];
}

export function createServices(context: ExtensionContext): CreatedServices {
  const log = window.createOutputChannel('S3 Backup', { log: true });
  const storage = context.globalStorageUri.fsPath;
  const workerData = {
    recordsFile: join(storage, 'receipts.sqlite'),
    journalsFolder: join(storage, 'staging-journals'),
    locksFolder: join(storage, 'engine-locks'),
  };
  const accessKeys = new AccessKeys(context.secrets);
  const engine = new EngineClient(join(context.extensionPath, 'dist', 'engine.js'), workerData, {
    log,
    accessKeys,
  });
  const targets = new Targets(new FolderRecords(join(storage, 'folders'), log));
  const profiles = new Profiles(context.globalState);
  const operations = new RunningOperations();
  const reports = new Reports({ engine, log, memory: context.workspaceState });
  const unfinished = new UnfinishedBatch(engine, targets, context.workspaceState);
  const comparisons = new Comparisons(engine, operations);
  const automation = new Automation(log);
  const restoredCopies = new RestoredCopies();
  const refresh = new RefreshScheduler();
  const shown = new ShownState(engine);
  const filter = new RowFilter(engine);
  const layout = new LayoutChoice(context.globalState);
  const past = new PastTotals(engine, targets, context.workspaceState);
  const unsaved = new UnsavedRows();
  const shownBy = { layout, filter, refresh, shown, unsaved, past };
  const tree = new FilesTree({ engine, targets, log, ...shownBy });
  const steps = new StepsDone(context.globalState, (step, state) => {
    new ContextKey(step).set(state === 'done');
  });
  const view = new FilesView({
    tree,
    engine,
    targets,
    past,
    filter,
    operations,
    reports,
    unfinished,
    refresh,
    shown,
    steps,
  });
  const lastComplete = new LastComplete({ engine, targets, memory: context.workspaceState });
  const statusBar = new StatusBar({
    shown,
    refresh,
    targets,
    past,
    automation,
    lastComplete,
  });
  const activeFile = new ActiveFile({ engine, targets, profiles, refresh });
  const decorations = new FileDecorations({ engine, targets, profiles, refresh });
  const overview = new OverviewPanel({
    engine,
    shown,
    targets,
    log,
    refresh,
    extension: context.extension,
  });
  const memory = context.globalState;
  const ofTheView = { filter, layout, reports, restoredCopies, unfinished, tree, view, overview };
  const services = {
    log,
    engine,
    targets,
    accessKeys,
    profiles,
    operations,
    comparisons,
    memory,
    automation,
    steps,
    ...ofTheView,
  };
  const views = [
    overview,
    statusBar,
    activeFile,
    decorations,
    view,
    tree,
    unsaved,
    past,
    layout,
    filter,
    refresh,
  ];
  return {
    services,
    disposables: [
      ...views,
      lastComplete,
      automation,
      restoredCopies,
      operations,
      unfinished,
      reports,
      targets,
      engine,
      log,
    ],
  };
}
