import { commands, Position, Range, window, workspace, FileType, l10n, Uri } from 'vscode';
import type { FilePath, FolderSetup } from '../../protocol/folders';
import type { PlanRequest, PlanSummary } from '../../protocol/plans';
import { showFailure, type ShowFailureDeps } from '../failures/showFailure';
import { plainText } from '../format/plainText';
import type { Selection } from '../selection/selection';
import { existingUri, localUri } from '../view/fileLocation';
import { ignoreFileName } from './addToIgnoreFile';
import { rulePlace, type RulePlace, ignoreReason } from '../view/verdictWords';

/**
 * Opens the line or setting by which a row is ignored, or the ignore file that is unreadable. For
 * the whole group these are what the user writes patterns into.
 */
export async function showRule(_: object, selection: Selection): Promise<void> {
  const [node] = selection.kind === 'nodes' ? selection.nodes : [];
  if (node?.kind === 'group') await showRules(node.folder);
  if (node?.kind !== 'row' || node.row.kind !== 'file') return;
  const place = rulePlace(node.row.verdict);
  if (place !== undefined) await openRule(node.folder, place);
}

async function showRules(folder: string): Promise<void> {
  const setting: RulePlace = { source: 's3Backup.exclude', line: undefined };
  const file: RulePlace = { source: ignoreFileName, line: 1 };
  const uri = await existingUri(folder, ignoreFileName as FilePath);
  const places = uri === undefined ? [setting] : [file, setting];
  const items = places.map(place => ({ label: place.source, place }));
  const title = l10n.t('Show Ignore Rule');
  const [only] = items;
  const chosen = items.length === 1 ? only : await window.showQuickPick(items, { title });
  if (chosen !== undefined) await openRule(folder, chosen.place);
}

async function openRule(folder: string, { source, line }: RulePlace): Promise<void> {
  if (line === undefined) {
    await commands.executeCommand('workbench.action.openSettings', source);
    return;
  }
  const uri = localUri(folder, source as FilePath);
  if (uri === undefined) return;
  const at = new Position(line - 1, 0);
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document, { selection: new Range(at, at) });
}

/** A requested back-up of a single file or folder, which is ignored. */
interface IgnoredRequest extends NonNullable<PlanSummary['ignored']> {
  readonly scopes: PlanRequest['folders'];
  readonly backUp: (scopes: PlanRequest['folders']) => Promise<unknown>;
}

/**
 * Says why the only file or folder that was asked for is not backed up. Offers to open the rule and,
 * for a file, to back it up this once.
 */
export async function announceIgnored(deps: ShowFailureDeps, asked: IgnoredRequest): Promise<void> {
  const { path, because, scopes, backUp } = asked;
  const text = plainText(l10n.t('“{0}” is not backed up: {1}.', path, ignoreReason(because)));
  const [first] = scopes;
  const isRuled = because.kind === 'rule' || because.kind === 'kept-copy';
  if (!isRuled || first === undefined) {
    void window.showInformationMessage(text);
    return;
  }
  const { setup } = first;
  const file = await onlyFile(first);
  const anyway = l10n.t('Back Up Anyway');
  const show = l10n.t('Show Ignore Rule');
  const buttons = [
    ...(file === undefined ? [] : [anyway]),
    ...(because.kind === 'rule' ? [show] : []),
  ];
  const chosen = await window.showInformationMessage(text, ...buttons);
  try {
    if (chosen === show && because.kind === 'rule') await openRule(setup.id, because);
    if (chosen === anyway && file !== undefined) await backUp(onceMore(setup, file));
  } catch (error) {
    void showFailure(deps, error, () => void announceIgnored(deps, asked));
  }
}

function onceMore(setup: FolderSetup, path: string): PlanRequest['folders'] {
  return [{ setup, scope: { kind: 'ignored', path } }];
}

/** Returns the file's path. Folders cannot be backed up anyway: they may hold too much. */
async function onlyFile({ scope }: PlanRequest['folders'][number]): Promise<string | undefined> {
  const [path, ...others] = scope.kind === 'resources' ? scope.paths : [];
  if (path === undefined || others.length > 0) return undefined;
  try {
    const { type } = await workspace.fs.stat(Uri.file(path));
    return type === FileType.File ? path : undefined;
  } catch {
    // It was deleted meanwhile.
    return undefined;
  }
}
