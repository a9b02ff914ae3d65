import type { ExtensionContext } from 'vscode';
import { apiOf, type S3Backup } from './editor/api';
import { ChangeWatch } from './editor/watch/changeWatch';
import { registerCloudCopies } from './editor/cloudCopies/registerCloudCopies';
import { registerCommands } from './editor/commands';
import { showEngineWarnings } from './editor/client/engineWarnings';
import { watchForHistory } from './editor/hints/historyHint';
import { openParts } from './editor/createServices';
import { registerReports } from './editor/batch/reportDocument';
import { watchTraffic } from './editor/watch/trafficWatch';

export type { S3Backup } from './editor/api';

export function activate(context: ExtensionContext): S3Backup {
  const { parts, disposables } = openParts(context);
  const { engine, log, profiles, targets, view } = parts;
  context.subscriptions.push(
    registerCommands(parts),
    new ChangeWatch(engine, targets, profiles, view),
    watchTraffic(engine),
    registerCloudCopies(parts),
    watchForHistory(parts),
    registerReports(),
    showEngineWarnings(engine, log),
    ...disposables,
  );
  return apiOf(parts);
}
