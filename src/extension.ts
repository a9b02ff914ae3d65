import { join } from 'node:path';
import { window, type ExtensionContext } from 'vscode';
import { apiOf, type S3Backup } from './editor/api';
import { ChangeWatch } from './editor/changeWatch';
import { registerCloudCopies } from './editor/cloudCopies/registerCloudCopies';
import { registerCommands } from './editor/commands';
import { Comparisons } from './editor/comparisons';
import { Engine } from './editor/engine';
import { showEngineWarnings } from './editor/engineWarnings';
import { FilesTree } from './editor/filesTree';
import { FilesView } from './editor/filesView';
import { FolderRecords } from './editor/folderRecords';
import { watchForHistory } from './editor/ignore/historyHint';
import { LayoutChoice } from './editor/layoutChoice';
import { Ongoing } from './editor/ongoing';
import { Profiles } from './editor/profiles';
import { Pulse } from './editor/pulse';
import { registerReports } from './editor/reportDocument';
import { Reports } from './editor/reports';
import { EarlierBatch } from './editor/resume/earlierBatch';
import { RowFilter } from './editor/rowFilter';
import { Targets } from './editor/targets';
import { watchTraffic } from './editor/trafficWatch';

export type { S3Backup } from './editor/api';

export function activate(context: ExtensionContext): S3Backup {
  const log = window.createOutputChannel('S3 Backup', { log: true });
  const storage = context.globalStorageUri.fsPath;
  const workerData = {
    receiptsFile: join(storage, 'receipts.sqlite'),
    ownFilesFolder: join(storage, 'own-files'),
  };
  const engine = new Engine(join(context.extensionPath, 'dist', 'engine.js'), workerData, log);
  const targets = new Targets(new FolderRecords(join(storage, 'folders'), log));
  const profiles = new Profiles(context.globalState);
  const ongoing = new Ongoing();
  const reports = new Reports(engine);
  const earlier = new EarlierBatch(engine, targets, context.workspaceState);
  const comparisons = new Comparisons(engine, ongoing, context.workspaceState);
  const pulse = new Pulse();
  const filter = new RowFilter(engine);
  const layout = new LayoutChoice(context.globalState);
  const tree = new FilesTree(engine, targets, log, layout, filter, pulse);
  const view = new FilesView(
    tree,
    engine,
    targets,
    comparisons,
    filter,
    ongoing,
    reports,
    earlier,
    pulse,
  );
  const watch = new ChangeWatch(engine, targets, profiles, view);
  const traffic = watchTraffic(engine);
  const warnings = showEngineWarnings(engine, log);
  const memory = context.globalState;
  const shown = { filter, layout, reports, earlier, tree, view };
  const parts = { log, engine, targets, profiles, ongoing, comparisons, memory, ...shown };
  const commands = registerCommands(parts);
  context.subscriptions.push(commands, watch, traffic, view, tree, layout, filter, pulse, ongoing);
  const cloudCopies = registerCloudCopies({ log, engine, targets, profiles });
  context.subscriptions.push(
    watchForHistory(parts),
    registerReports(),
    cloudCopies,
    earlier,
    reports,
    warnings,
    targets,
    engine,
    log,
  );
  return apiOf(parts);
}
