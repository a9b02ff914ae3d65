import { commands, Disposable, l10n, window } from 'vscode';
import { pause, resume } from '../protocol/plans';
import type { Work } from '../protocol/rows';
import {
  backUpAll,
  backUpNodes,
  backUpResources,
  retryBackUp,
  reviewAndBackUp,
} from './backUp/backUp';
import { forgetUnfinished, resumeUnfinished } from './backUp/resumeUnfinished';
import { showReport } from './batch/reportDocument';
import { copyS3Uri } from './cloudCopies/cloudPlaces';
import { compareWithCloud } from './cloudCopies/compareWithCloud';
import { openCloudCopy } from './cloudCopies/openCloudCopy';
import { showVersions } from './cloudCopies/showVersions';
import { turnOnVersioningFor } from './cloudCopies/turnOnVersioning';
import { viewId, type CommandId } from './contributions/manifest';
import { showFailure } from './failures/showFailure';
import { freeUpSpace, retryFreeUp } from './freeUp/freeUpSpace';
import { addToIgnoreFile } from './ignore/addToIgnoreFile';
import { showRule } from './ignore/showRule';
import { resolveConflicts } from './resolve/resolveConflicts';
import { restoreSelection, retryRestore } from './restore/restoreFiles';
import { rowClicked } from './rowClick';
import {
  readSelection,
  type Selection,
  activeSelection,
  foldersOf,
  urisOf,
} from './selection/selection';
import type { Services } from './services';
import { chooseBucket } from './setUp/chooseBucket';
import { chooseProfile } from './setUp/chooseProfile';
import { openCredentialsFile } from './setUp/openCredentialsFile';
import { resolveTargets } from './setUp/resolveTargets';
import { tryCredentials } from './setUp/tryCredentials';
import { unsupportedResource } from './targets/unsupportedResource';
import { forgetFiles } from './verify/forgetFiles';
import { verifyFiles } from './verify/verifyFiles';
import { askForFilter } from './view/filter';
import { rowClickedCommand, showMoreCommand } from './view/treeItem';
import type { TreeNode } from './view/treeNode';

/** What the manifest's commands do. */
const table = {
  's3Backup.compare': compareSelection,
  's3Backup.chooseBucket': chooseBucketFor,
  's3Backup.chooseProfile': chooseProfileFor,
  's3Backup.openCredentialsFile': openCredentialsFile,
  's3Backup.backUpAll': async services => {
    await backUpAll(services);
  },
  's3Backup.backUp': backUpSelection,
  's3Backup.backUpResource': backUpSelection,
  's3Backup.open': openSelection,
  's3Backup.revealInExplorer': revealSelection,
  's3Backup.diff': compareWithCloud,
  's3Backup.openCloudCopy': openCloudCopy,
  's3Backup.showVersions': showVersions,
  's3Backup.turnOnVersioning': async (services, selection) => {
    await turnOnVersioningFor(services, await resolveTargets(services, foldersOf(selection)));
  },
  's3Backup.copyS3Uri': copyS3Uri,
  's3Backup.ignore': addToIgnoreFile,
  's3Backup.showRule': showRule,
  's3Backup.filter': ({ filter }) => askForFilter(filter),
  's3Backup.clearFilter': ({ filter }) => {
    filter.set('');
  },
  's3Backup.viewAsTree': ({ layout }) => layout.choose('tree'),
  's3Backup.viewAsList': ({ layout }) => layout.choose('list'),
  's3Backup.cancel': ({ operations }) => {
    operations.cancelAll();
  },
  's3Backup.review': async services => {
    await reviewAndBackUp(services);
  },
  's3Backup.retryFailed': async services => {
    const { last } = services.reports;
    if (last === undefined) sayNoReport();
    else await retries[last.report.work](services, last);
  },
  's3Backup.freeUpSpace': async (services, selection) => {
    await freeUpSpace(services, selection);
  },
  's3Backup.resolve': resolveConflicts,
  's3Backup.restore': async (services, selection) => {
    await restoreSelection(services, selection);
  },
  's3Backup.verify': (services, selection) => withChosen(services, selection, verifyFiles),
  's3Backup.forget': (services, selection) => withChosen(services, selection, forgetFiles),
  's3Backup.showReport': async ({ engine, reports }) => {
    if (reports.last === undefined) sayNoReport();
    else await showReport(engine, reports.last);
  },
  's3Backup.pause': ({ engine }) => {
    engine.notify(pause, null);
  },
  's3Backup.resume': async services => {
    const { engine } = services;
    if (engine.state.kind === 'paused') engine.notify(resume, null);
    else await resumeUnfinished(services);
  },
  's3Backup.forgetUnfinished': forgetUnfinished,
  's3Backup.showLog': ({ log }) => {
    log.show();
  },
} satisfies Readonly<Record<CommandId, Command>>;

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

export function registerCommands(services: Services): Disposable {
  const own = Object.entries<Command>(table).map(([id, run]) =>
    commands.registerCommand(id, (clicked?: unknown, selected?: unknown) =>
      runShowingFailure(services, () => run(services, readSelection(clicked, selected))),
    ),
  );
  const rows = Object.entries(rowTable).map(([id, run]) =>
    commands.registerCommand(id, (node: TreeNode) =>
      runShowingFailure(services, () => run(services, node)),
    ),
  );
  return Disposable.from(...own, ...rows);
}

type Command = (services: Services, selection: Selection) => Promise<void> | void;

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

async function compareSelection(services: Services, selection: Selection): Promise<void> {
  const setups = await resolveTargets(services, foldersOf(selection));
  if (setups.length === 0) return;
  if (!services.view.treeView.visible) await commands.executeCommand(`${viewId}.focus`);
  await services.comparisons.run(setups);
}

async function chooseBucketFor(services: Services, selection: Selection): Promise<void> {
  const folders = foldersOf(selection);
  if (folders.length === 0) throw unsupportedResource([]);
  const setup = await chooseBucket(services, folders);
  if (setup === undefined) return;
  if (!services.view.treeView.visible) await commands.executeCommand(`${viewId}.focus`);
  await services.comparisons.run([setup]);
}

async function chooseProfileFor(services: Services, selection: Selection): Promise<void> {
  const folders = foldersOf(selection);
  if (folders.length === 0) {
    await resolveTargets(services, folders);
    return;
  }
  const concerned = await chooseProfile(services, folders);
  if (concerned.length === 0) return;
  if (!services.view.treeView.visible) await commands.executeCommand(`${viewId}.focus`);
  // Retry is to ask the store again, and not the user.
  await runShowingFailure(services, () => tryCredentials(services, concerned));
}

async function backUpSelection(services: Services, selection: Selection): Promise<void> {
  switch (selection.kind) {
    case 'nodes':
      await backUpNodes(services, selection.nodes);
      return;
    case 'resources':
      await backUpResources(services, selection.uris);
      return;
    case 'nothing': {
      const meant = activeSelection(services);
      if (meant.kind !== 'nothing') {
        await backUpSelection(services, meant);
        return;
      }
      void window.showInformationMessage(
        l10n.t('Select files in the S3 Backup view, or open one, to back them up.'),
      );
    }
  }
}

/** Runs a function on the selection or, where there is none, on what is in front of the user. */
async function withChosen(
  services: Services,
  selection: Selection,
  run: (services: Services, chosen: Exclude<Selection, { kind: 'nothing' }>) => Promise<void>,
): Promise<void> {
  const meant = selection.kind === 'nothing' ? activeSelection(services) : selection;
  if (meant.kind !== 'nothing') {
    await run(services, meant);
    return;
  }
  void window.showInformationMessage(
    l10n.t('Select files in the S3 Backup view, or open one, to go on.'),
  );
}

function sayNoReport(): void {
  void window.showInformationMessage(
    l10n.t(
      'There is no report yet: nothing has been backed up or restored since this window was opened.',
    ),
  );
}

async function openSelection(services: Services, selection: Selection): Promise<void> {
  for (const uri of urisOf(services, selection)) {
    await commands.executeCommand('vscode.open', uri, { preview: false });
  }
}

async function revealSelection(services: Services, selection: Selection): Promise<void> {
  const [uri] = urisOf(services, selection);
  if (uri !== undefined) await commands.executeCommand('revealInExplorer', uri);
}
