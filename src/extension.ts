import type { ExtensionContext } from 'vscode';
import { createApi, type S3Backup } from './editor/api';
import { ChangeWatch } from './editor/watch/changeWatch';
import { registerCloudCopies } from './editor/cloudCopies/cloudCopyFiles';
import { registerCommands } from './editor/commands';
import { showEngineWarnings } from './editor/client/engineWarnings';
import { watchForHistory } from './editor/hints/historyHint';
import { createServices } from './editor/createServices';
import { registerReports } from './editor/batch/reportDocument';
import { watchTraffic } from './editor/watch/trafficWatch';

export type { S3Backup } from './editor/api';

export function activate(context: ExtensionContext): S3Backup {
  const { parts: services, disposables } = createServices(context);
  const { engine, log, profiles, targets, view } = services;
  context.subscriptions.push(
    registerCommands(services),
    new ChangeWatch(engine, targets, profiles, view),
    watchTraffic(engine),
    registerCloudCopies(services),
    watchForHistory(services),
    registerReports(),
    showEngineWarnings(engine, log),
    ...disposables,
  );
  return createApi(services);
}
