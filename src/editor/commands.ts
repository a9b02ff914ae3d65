import { commands, Disposable, l10n, window, type WorkspaceFolder } from 'vscode';
import { stopProving } from '../protocol/comparisons';
import { pause, resume } from '../protocol/plans';
import type { FolderSetup } from '../protocol/folders';
import type { Work } from '../protocol/rows';
import {
  backUpAll,
  backUpNodes,
  backUpResources,
  retryBackUp,
  reviewAndBackUp,
} from './backUp/backUp';
import { chooseClick } from './backUp/clickChoice';
import { goOnWithOthers } from './backUp/goOnWithOthers';
import { forgetUnfinished, resumeUnfinished } from './backUp/resumeUnfinished';
import { openReport, showReport } from './batch/reportDocument';
import { saveReport } from './batch/saveReport';
import { copyS3Uri } from './cloudCopies/cloudPlaces';
import { compareWithCloud } from './cloudCopies/compareWithCloud';
import { openCloudCopy } from './cloudCopies/openCloudCopy';
import { showVersions } from './cloudCopies/showVersions';
import { turnOnVersioningFor } from './cloudCopies/turnOnVersioning';
import { showCapabilities } from './setUp/showCapabilities';
import { section, type CommandId } from './contributions/manifest';
import { openSetting } from './contributions/settings';
import { showFailure } from './failures/showFailure';
import { freeUpSpace, retryFreeUp } from './freeUp/freeUpSpace';
import { addToIgnoreFile } from './ignore/addToIgnoreFile';
import { showRule } from './ignore/showRule';
import { resolveConflicts } from './resolve/resolveConflicts';
import { restoreSelection, retryRestore } from './restore/restoreFiles';
import { rowClicked, rowEntered, runOnRow } from './rowClick';
import {
  onFolders,
  onSelection,
  onSelectionOrEverything,
  onWhole,
  type Command,
} from './selection/commandTarget';
import { urisOf, type Selection } from './selection/selection';
import type { Services } from './services';
import { chooseBucket, chooseStore } from './setUp/chooseBucket';
import { chooseProfile } from './setUp/chooseProfile';
import { forgetAccessKeys } from './setUp/enterAccessKey';
import { openCredentialsFile } from './setUp/openCredentialsFile';
import { resolveTargets } from './setUp/resolveTargets';
import { signInFor } from './setUp/signIn';
import { stopBackingUp } from './setUp/stopBackingUp';
import { tryCredentials } from './setUp/tryCredentials';
import { unsupportedResource } from './targets/unsupportedResource';
import { forgetFiles } from './verify/forgetFiles';
import { verifyFiles } from './verify/verifyFiles';
import { askForFilter } from './view/filter';
import { rowClickedCommand, showMoreCommand } from './view/treeItem';
import type { TreeNode } from './view/treeNode';
import { announceComparison, showView } from './workbench/announceComparison';

/** What the manifest's commands do, and what each works on. */
const table = {
  's3Backup.compare': onFolders(compareFolders),
  's3Backup.chooseBucket': onFolders(choosing(chooseBucket)),
  's3Backup.chooseStore': onFolders(choosing(chooseStore)),
  's3Backup.getStarted': onWhole(({ steps }) => steps.openWalkthrough()),
  's3Backup.stopBackingUp': onFolders(stopBackingUp),
  's3Backup.chooseProfile': onFolders(chooseProfileFor),
  's3Backup.signIn': onFolders(signInTo),
  's3Backup.forgetAccessKey': onFolders(forgetAccessKeys),
  's3Backup.openCredentialsFile': onWhole(openCredentialsFile),
  's3Backup.backUpAll': onWhole(async services => {
    await backUpAll(services);
  }),
  's3Backup.backUp': onSelection(backUpSelection),
  // A row that is ignored is a file of the disk, too: only there it can be backed up all the same.
  's3Backup.backUpResource': onSelection(async (services, selection) => {
    await backUpResources(services, urisOf(selection));
  }),
  's3Backup.open': onSelection(openSelection),
  's3Backup.revealInExplorer': onSelection(revealSelection),
  's3Backup.diff': onSelection(compareWithCloud),
  's3Backup.openCloudCopy': onSelection(openCloudCopy),
  's3Backup.loadCloudCopy': onWhole(({ restoredCopies }) => restoredCopies.loadInFront()),
  's3Backup.showVersions': onSelection(showVersions),
  's3Backup.turnOnVersioning': onFolders(async (services, folders) => {
    await turnOnVersioningFor(services, await resolveTargets(services, folders));
  }),
  's3Backup.showCapabilities': onFolders(async (services, folders) => {
    await showCapabilities(services, await resolveTargets(services, folders));
  }),
  's3Backup.copyS3Uri': onSelection(copyS3Uri),
  's3Backup.ignore': onSelection(addToIgnoreFile),
  's3Backup.showRule': onSelection(showRule),
  's3Backup.chooseClick': onFolders(chooseClick),
  's3Backup.filter': onWhole(({ filter }) => askForFilter(filter)),
  's3Backup.clearFilter': onWhole(({ filter }) => {
    filter.set('');
  }),
  's3Backup.viewAsTree': onWhole(({ layout }) => layout.choose('tree')),
  's3Backup.viewAsList': onWhole(({ layout }) => layout.choose('list')),
  's3Backup.cancel': onWhole(({ operations, engine }) => {
    // What goes on in the background is meant where nothing else does.
    if (operations.isEmpty) engine.notify(stopProving, null);
    operations.cancelAll();
  }),
  's3Backup.review': onWhole(async services => {
    await reviewAndBackUp(services);
  }),
  's3Backup.retryFailed': onWhole(async services => {
    const { last } = services.reports;
    if (last === undefined) sayNothingToRetry();
    else await retries[last.report.work](services, last);
  }),
  's3Backup.freeUpSpace': onSelectionOrEverything(
    () => ({
      title: l10n.t('Free Up Local Space'),
      everything: l10n.t('Everything That Is Safe in the Cloud'),
    }),
    async (services, meant) => {
      await freeUpSpace(services, meant);
    },
  ),
  's3Backup.resolve': onSelectionOrEverything(
    () => ({
      title: l10n.t('Resolve Changed in Cloud'),
      everything: l10n.t('All Files Changed in the Cloud'),
    }),
    resolveConflicts,
  ),
  's3Backup.restore': onSelectionOrEverything(
    () => ({ title: l10n.t('Restore from Cloud'), everything: l10n.t('Everything in the Cloud') }),
    async (services, meant) => {
      await restoreSelection(services, meant);
    },
  ),
  's3Backup.verify': onSelectionOrEverything(
    () => ({ title: l10n.t('Verify'), everything: l10n.t('Everything in the Workspace') }),
    verifyFiles,
  ),
  's3Backup.forget': onSelection(forgetFiles),
  's3Backup.showReport': onWhole(async ({ engine, reports }) => {
    const { kept } = reports;
    if (reports.last !== undefined) await showReport(engine, reports.last);
    else if (kept !== undefined) await openReport(kept.batch, kept.shown);
    else sayNoReport();
  }),
  's3Backup.saveReport': onWhole(async services => {
    if ((await saveReport(services)) === 'none') sayNoReport();
  }),
  's3Backup.pause': onWhole(({ engine }) => {
    engine.notify(pause, null);
  }),
  's3Backup.resume': onWhole(async services => {
    const { engine } = services;
    if (engine.state.kind === 'paused') engine.notify(resume, null);
    else await resumeUnfinished(services);
  }),
  's3Backup.forgetUnfinished': onWhole(forgetUnfinished),
  's3Backup.showLog': onWhole(({ log }) => {
    log.show();
  }),
  's3Backup.overview': onWhole(({ overview }) => {
    overview.show();
  }),
  's3Backup.openSettings': onWhole(() => openSetting(section)),
} satisfies Readonly<Record<CommandId, Command<Services>>>;

/** How each kind of work is tried again for what has failed. */
const retries = {
  'back-up': retryBackUp,
  restore: retryRestore,
  'free-up': retryFreeUp,
  trash: retryFreeUp,
} satisfies Readonly<Record<Work, unknown>>;

/** What a click on a row does. Not in the manifest, since no user calls it by name. */
const rowTable: Readonly<
  Record<string, (services: Services, node: TreeNode) => Promise<void> | void>
> = {
  [rowClickedCommand]: (services, node) =>
    node.kind === 'row' ? rowClicked(services, node) : undefined,
  [showMoreCommand]: (services, node) => {
    if (node.kind === 'more') services.tree.showMore(node);
  },
};

/** Bound to Enter by the manifest. */
const rowEnteredCommand = '_s3Backup.rowEntered';

export function registerCommands(services: Services): Disposable {
  const own = Object.entries<Command<Services>>(table).map(([id, run]) =>
    commands.registerCommand(id, (...args: readonly unknown[]) =>
      runShowingFailure(services, () => run(services, args)),
    ),
  );
  const rows = Object.entries(rowTable).map(([id, run]) =>
    commands.registerCommand(id, (named?: TreeNode) =>
      runShowingFailure(services, () => runOnRow(services, named, run)),
    ),
  );
  const enter = commands.registerCommand(rowEnteredCommand, rowEntered);
  return Disposable.from(...own, ...rows, enter);
}

/** Runs a command, and shows its failure as one message. */
async function runShowingFailure(
  services: Services,
  run: () => Promise<void> | void,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    // The message stays as long as the user likes; the command is over.
    void showFailure(services, error, () => void runShowingFailure(services, run));
  }
}

async function compareFolders(
  services: Services,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  const setups = await resolveTargets(services, folders);
  if (setups.length === 0) return;
  await compareInView(services, setups);
}

/** Compares, and lets the user see what is found. */
async function compareInView(services: Services, setups: readonly FolderSetup[]): Promise<void> {
  await showView(services);
  await services.comparisons.run(setups);
  announceComparison(services);
}

/** Lets the user choose a bucket in one of two ways, and compares the folder with it. */
function choosing(
  choose: typeof chooseBucket,
): (services: Services, folders: readonly WorkspaceFolder[]) => Promise<void> {
  return async (services, folders) => {
    if (folders.length === 0) throw unsupportedResource([]);
    const setup = await choose(services, folders);
    if (setup === undefined) return;
    await compareInView(services, [setup]);
  };
}

async function chooseProfileFor(
  services: Services,
  folders: readonly WorkspaceFolder[],
): Promise<void> {
  if (folders.length === 0) {
    await resolveTargets(services, folders);
    return;
  }
  const concerned = await chooseProfile(services, folders);
  if (concerned.length === 0) return;
  if (await goOnWithOthers(services, () => resumeUnfinished(services))) return;
  await showView(services);
  // Retry is to ask the store again, and not the user.
  await runShowingFailure(services, () => tryCredentials(services, concerned));
}

/** Signs in; what waited for that goes on by itself, and else the folders are compared. */
async function signInTo(services: Services, folders: readonly WorkspaceFolder[]): Promise<void> {
  const ready = await signInFor(services, folders);
  const { kind } = services.engine.state;
  if (ready.length === 0 || kind === 'paused' || kind === 'transferring') return;
  await runShowingFailure(services, () => tryCredentials(services, ready));
}

async function backUpSelection(services: Services, selection: Selection): Promise<void> {
  if (selection.kind === 'nodes') await backUpNodes(services, selection.nodes);
  else await backUpResources(services, selection.uris);
}

function sayNoReport(): void {
  void window.showInformationMessage(
    l10n.t('No report yet: nothing has been backed up or restored in this workspace.'),
  );
}

function sayNothingToRetry(): void {
  void window.showInformationMessage(
    l10n.t('Nothing to retry: nothing has been backed up or restored since this window opened.'),
  );
}

async function openSelection(_: Services, selection: Selection): Promise<void> {
  for (const uri of urisOf(selection)) {
    await commands.executeCommand('vscode.open', uri, { preview: false });
  }
}

async function revealSelection(_: Services, selection: Selection): Promise<void> {
  const [uri] = urisOf(selection);
  if (uri !== undefined) await commands.executeCommand('revealInExplorer', uri);
}
