import type { ExtensionContext } from 'vscode';
import { createApi, type S3Backup } from './editor/api';
import { BackUpOnSave } from './editor/automation/backUpOnSave';
import { compareOnStartup } from './editor/automation/compareOnStartup';
import { watchForOtherTargets } from './editor/backUp/confirmBackUp';
import { registerReports } from './editor/batch/reportDocument';
import { registerCloudCopies } from './editor/cloudCopies/cloudCopyFiles';
import { registerCommands } from './editor/commands';
import { createServices } from './editor/createServices';
import { showEngineWarnings } from './editor/failures/engineWarnings';
import { watchForConditions } from './editor/hints/conditionsHint';
import { watchForSignIn } from './editor/hints/signInNotice';
import { watchForHistory } from './editor/ignore/historyHint';
import { ChangeWatch } from './editor/watch/changeWatch';
import { watchForDeletions } from './editor/workbench/deletedFiles';

export type { S3Backup } from './editor/api';

export function activate(context: ExtensionContext): S3Backup {
  const { services, disposables } = createServices(context);
  context.subscriptions.push(
    registerCommands(services),
    new ChangeWatch(services),
    new BackUpOnSave(services),
    registerCloudCopies(services),
    watchForHistory(services),
    watchForConditions(services),
    watchForSignIn(services),
    watchForDeletions(services),
    watchForOtherTargets(services.targets),
    registerReports(),
    showEngineWarnings(services),
    ...disposables,
  );
  void compareOnStartup(services);
  return createApi(services);
}
