import { join } from 'node:path';
import { Uri, window, type Event, type ExtensionContext } from 'vscode';
import { backUpAll, backUpResources } from './editor/backUp';
import { ChangeWatch } from './editor/changeWatch';
import { registerCommands } from './editor/commands';
import { Comparisons } from './editor/comparisons';
import { Engine } from './editor/engine';
import { FilesTree } from './editor/filesTree';
import { FilesView } from './editor/filesView';
import { FolderRecords } from './editor/folderRecords';
import { LayoutChoice } from './editor/layoutChoice';
import { Ongoing } from './editor/ongoing';
import { Profiles } from './editor/profiles';
import { Pulse } from './editor/pulse';
import { RowFilter } from './editor/rowFilter';
import { settleTargets } from './editor/settleTarget';
import { localFolders, Targets } from './editor/targets';
import { watchTraffic } from './editor/trafficWatch';
import type { Report, State } from './protocol';

/** What other extensions can do with this one. Both calls throw what went wrong. */
export interface S3Backup {
  /** Compares all workspace folders that have a target. */
  compare(): Promise<void>;
  /** Backs up files and folders, given by absolute path; without, all that needs it. */
  backUp(paths?: readonly string[]): Promise<Report | undefined>;
  readonly onDidChangeState: Event<State>;
  readonly state: State;
}

export function activate(context: ExtensionContext): S3Backup {
  const log = window.createOutputChannel('S3 Backup', { log: true });
  const storage = context.globalStorageUri.fsPath;
  const workerData = { receiptsFile: join(storage, 'receipts.sqlite') };
  const engine = new Engine(join(context.extensionPath, 'dist', 'engine.js'), workerData, log);
  const targets = new Targets(new FolderRecords(join(storage, 'folders'), log));
  const profiles = new Profiles(context.globalState);
  const ongoing = new Ongoing();
  const comparisons = new Comparisons(engine, ongoing, context.workspaceState);
  const pulse = new Pulse();
  const filter = new RowFilter(engine);
  const layout = new LayoutChoice(context.globalState);
  const tree = new FilesTree(engine, targets, log, layout, filter, pulse);
  const view = new FilesView(tree, engine, targets, comparisons, filter, ongoing, pulse);
  const watch = new ChangeWatch(engine, targets, view);
  const traffic = watchTraffic(engine);
  const shown = { filter, layout, tree, view };
  const parts = { log, engine, targets, profiles, ongoing, comparisons, ...shown };
  const commands = registerCommands(parts);
  context.subscriptions.push(commands, watch, traffic, view, tree, layout, filter, pulse, ongoing);
  context.subscriptions.push(targets, engine, log);
  return {
    async compare() {
      await comparisons.run(await settleTargets(parts, localFolders()));
    },
    backUp: paths =>
      paths === undefined
        ? backUpAll(parts)
        : backUpResources(
            parts,
            paths.map(path => Uri.file(path)),
          ),
    onDidChangeState: engine.onDidChangeState,
    get state() {
      return engine.state;
    },
  };
}
