import { commands, Disposable, l10n, window, workspace, Uri } from 'vscode';
import { pause, resume } from '../protocol/plans';
import type { Work } from '../protocol/rows';
import { atHand } from './selection/activeSelection';
import {
  backUpAll,
  backUpNodes,
  backUpResources,
  retryFailed,
  reviewAndBackUp,
} from './backUp/backUp';
import { chooseBucket } from './setUp/chooseBucket';
import { chooseProfile } from './setUp/chooseProfile';
import { compareWithCloud } from './cloudCopies/compareWithCloud';
import { copyS3Uri } from './cloudCopies/copyS3Uri';
import { openCloudCopy } from './cloudCopies/openCloudCopy';
import { showVersions } from './cloudCopies/showVersions';
import { turnOnVersioningFor } from './cloudCopies/turnOnVersioning';
import { localUri } from './view/fileLocation';
import { forgetFiles } from './verify/forgetFiles';
import { askForFilter } from './view/filterInput';
import { freeUpSpace, retryFreeing } from './freeUp/freeUpSpace';
import { addToIgnoreFile } from './ignore/addToIgnoreFile';
import { showRule } from './ignore/showRule';
import { noPlace } from './selection/unsupportedResource';
import { openCredentialsFile } from './setUp/openCredentialsFile';
import type { Parts } from './services';
import { showReport } from './batch/reportDocument';
import { resolveConflicts } from './resolve/resolveConflicts';
import { restoreSelection, retryRestore } from './restore/restoreFiles';
import { forgetEarlier, resumeEarlier } from './batch/resumeUnfinished';
import { rowClicked } from './view/rowClick';
import { readSelection, type Selection } from './selection/selection';
import { settleTargets } from './targets/resolveTargets';
import { showFailure } from './failures/showFailure';
import { folderById, localFolders } from './targets/targets';
import { rowClickedCommand, showMoreCommand } from './view/treeItem';
import type { TreeNode } from './view/treeNode';
import { tryCredentials } from './setUp/tryCredentials';
import { verifyFiles } from './verify/verifyFiles';
import { viewId } from './contributions/viewId';

/** What the manifest's commands do. */
const table = {
  's3Backup.compare': compareSelection,
  's3Backup.chooseBucket': chooseBucketFor,
  's3Backup.chooseProfile': chooseProfileFor,
  's3Backup.openCredentialsFile': openCredentialsFile,
  's3Backup.backUpAll': async parts => {
    await backUpAll(parts);
  },
  's3Backup.backUp': backUpSelection,
  's3Backup.backUpResource': backUpSelection,
  's3Backup.open': openSelection,
  's3Backup.revealInExplorer': revealSelection,
  's3Backup.diff': compareWithCloud,
  's3Backup.openCloudCopy': openCloudCopy,
  's3Backup.showVersions': showVersions,
  's3Backup.turnOnVersioning': async (parts, selection) => {
    await turnOnVersioningFor(parts, await settleTargets(parts, foldersOf(selection)));
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
  's3Backup.cancel': ({ ongoing }) => {
    ongoing.cancelAll();
  },
  's3Backup.review': async parts => {
    await reviewAndBackUp(parts);
  },
  's3Backup.retryFailed': async parts => {
    const { last } = parts.reports;
    if (last === undefined) sayNoReport();
    else await retries[last.report.work](parts, last);
  },
  's3Backup.freeUpSpace': async (parts, selection) => {
    await freeUpSpace(parts, selection);
  },
  's3Backup.resolve': resolveConflicts,
  's3Backup.restore': async (parts, selection) => {
    await restoreSelection(parts, selection);
  },
  's3Backup.verify': (parts, selection) => withChosen(parts, selection, verifyFiles),
  's3Backup.forget': (parts, selection) => withChosen(parts, selection, forgetFiles),
  's3Backup.showReport': async ({ engine, reports }) => {
    if (reports.last === undefined) sayNoReport();
    else await showReport(engine, reports.last);
  },
  's3Backup.pause': ({ engine }) => {
    engine.tell(pause, null);
  },
  's3Backup.resume': async parts => {
    const { engine } = parts;
    if (engine.state.kind === 'paused') engine.tell(resume, null);
    else await resumeEarlier(parts);
  },
  's3Backup.dropRemaining': forgetEarlier,
  's3Backup.showLog': ({ log }) => {
    log.show();
  },
} satisfies Readonly<Record<string, Command>>;

/** What is done once more about what has failed. */
const retries = {
  'back-up': retryFailed,
  restore: retryRestore,
  'free-up': retryFreeing,
  trash: retryFreeing,
} satisfies Readonly<Record<Work, unknown>>;

/** What rows do when they are clicked; not in the manifest, because nobody is to call it. */
const rowTable: Readonly<Record<string, (parts: Parts, node: TreeNode) => Promise<void> | void>> = {
  [rowClickedCommand]: (parts, node) => (node.kind === 'row' ? rowClicked(parts, node) : undefined),
  [showMoreCommand]: (parts, node) => {
    if (node.kind === 'more') parts.tree.showMore(node);
  },
};

export const commandIds: readonly string[] = Object.keys(table);

export function registerCommands(parts: Parts): Disposable {
  const own = Object.entries<Command>(table).map(([id, run]) =>
    commands.registerCommand(id, (clicked?: unknown, selected?: unknown) =>
      shown(parts, () => run(parts, readSelection(clicked, selected))),
    ),
  );
  const rows = Object.entries(rowTable).map(([id, run]) =>
    commands.registerCommand(id, (node: TreeNode) => shown(parts, () => run(parts, node))),
  );
  return Disposable.from(...own, ...rows);
}

type Command = (parts: Parts, selection: Selection) => Promise<void> | void;

/** Runs a command; a failure becomes one message. */
async function shown(parts: Parts, run: () => Promise<void> | void): Promise<void> {
  try {
    await run();
  } catch (error) {
    // The message stays as long as the user likes; the command is over.
    void showFailure(parts, error, () => void shown(parts, run));
  }
}

async function compareSelection(parts: Parts, selection: Selection): Promise<void> {
  const setups = await settleTargets(parts, foldersOf(selection));
  if (setups.length === 0) return;
  if (!parts.view.treeView.visible) await commands.executeCommand(`${viewId}.focus`);
  await parts.comparisons.run(setups);
}

async function chooseBucketFor(parts: Parts, selection: Selection): Promise<void> {
  const folders = foldersOf(selection);
  if (folders.length === 0) throw noPlace([]);
  const setup = await chooseBucket(parts, folders);
  if (setup === undefined) return;
  if (!parts.view.treeView.visible) await commands.executeCommand(`${viewId}.focus`);
  await parts.comparisons.run([setup]);
}

async function chooseProfileFor(parts: Parts, selection: Selection): Promise<void> {
  const folders = foldersOf(selection);
  if (folders.length === 0) {
    await settleTargets(parts, folders);
    return;
  }
  const concerned = await chooseProfile(parts, folders);
  if (concerned.length === 0) return;
  if (!parts.view.treeView.visible) await commands.executeCommand(`${viewId}.focus`);
  // Retry is to ask the store again, and not the user.
  await shown(parts, () => tryCredentials(parts, concerned));
}

async function backUpSelection(parts: Parts, selection: Selection): Promise<void> {
  switch (selection.kind) {
    case 'nodes':
      await backUpNodes(parts, selection.nodes);
      return;
    case 'resources':
      await backUpResources(parts, selection.uris);
      return;
    case 'nothing': {
      const meant = atHand(parts);
      if (meant.kind !== 'nothing') {
        await backUpSelection(parts, meant);
        return;
      }
      void window.showInformationMessage(
        l10n.t('Select files in the S3 Backup view, or open one, to back them up.'),
      );
    }
  }
}

/** Runs what works on rows or files; without any passed, on what is in front. */
async function withChosen(
  parts: Parts,
  selection: Selection,
  run: (parts: Parts, chosen: Exclude<Selection, { kind: 'nothing' }>) => Promise<void>,
): Promise<void> {
  const meant = selection.kind === 'nothing' ? atHand(parts) : selection;
  if (meant.kind !== 'nothing') {
    await run(parts, meant);
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

async function openSelection(parts: Parts, selection: Selection): Promise<void> {
  for (const uri of urisOf(parts, selection)) {
    await commands.executeCommand('vscode.open', uri, { preview: false });
  }
}

async function revealSelection(parts: Parts, selection: Selection): Promise<void> {
  const [uri] = urisOf(parts, selection);
  if (uri !== undefined) await commands.executeCommand('revealInExplorer', uri);
}

/** The workspace folders that a command is meant for; all of them where it doesn't say. */
function foldersOf(selection: Selection): ReturnType<typeof localFolders> {
  switch (selection.kind) {
    case 'nothing':
      return localFolders();
    case 'resources':
      return foldersWith(selection.uris);
    case 'nodes':
      return distinct(selection.nodes.map(node => folderById(node.folder)));
  }
}

function foldersWith(uris: readonly Uri[]): ReturnType<typeof localFolders> {
  const onDisk = uris.filter(uri => uri.scheme === 'file');
  const folders = distinct(onDisk.map(uri => workspace.getWorkspaceFolder(uri)));
  if (folders.length === 0) throw noPlace(uris);
  return folders;
}

function urisOf({ view }: Parts, selection: Selection): readonly Uri[] {
  switch (selection.kind) {
    case 'nothing':
      return view.treeView.selection.flatMap(uriOf);
    case 'resources':
      return selection.uris;
    case 'nodes':
      return selection.nodes.flatMap(uriOf);
  }
}

function uriOf(node: TreeNode): readonly Uri[] {
  if (node.kind === 'folder') return [Uri.parse(node.folder)];
  if (node.kind !== 'row') return [];
  const uri = localUri(node.folder, node.row.path);
  return uri === undefined ? [] : [uri];
}

function distinct<T>(items: readonly (T | undefined)[]): readonly T[] {
  return [...new Set(items.filter(item => item !== undefined))];
}
