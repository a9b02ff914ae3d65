import { sep } from 'node:path';
import { l10n, window } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import {
  leaveOut,
  plannedAmong,
  upToDateAmong,
  type PlannedFile,
  type PlanRequest,
  type PlanSummary,
  type Scope,
} from '../../protocol/plans';
import type { RunPlannedDeps } from '../batch/runPlanned';
import type { EngineClient } from '../client/engineClient';
import { unsavedFiles, type UnsavedFile } from '../client/unsavedFiles';
import { viewId } from '../contributions/manifest';
import { namedFiles } from '../format/namedFiles';
import { formatFiles } from '../format/quantity';

/**
 * If a plan would upload files with unsaved changes, asks whether to save them or to leave them out.
 * Returns `false` if the user wants neither. Files edited later are backed up as they are on the
 * disk, which is a state that they had.
 */
export async function askAboutUnsaved(engine: EngineClient, plan: PlanSummary): Promise<boolean> {
  const unsaved = new Map(unsavedFiles().map(file => [file.uri.fsPath, file]));
  if (unsaved.size === 0) return true;
  const { planId } = plan;
  const concerned = await engine.sendRequest(plannedAmong, { planId, paths: [...unsaved.keys()] });
  if (concerned.length === 0) return true;
  const save = l10n.t('Save and Back Up');
  const skip = concerned.length === 1 ? l10n.t('Skip It') : l10n.t('Skip Them');
  const answer = await window.showWarningMessage(
    question(concerned),
    { modal: true, detail: detail(concerned) },
    save,
    // If there is nothing else to back up, skipping means cancelling.
    ...(plan.files > concerned.length ? [skip] : []),
  );
  if (answer === undefined) return false;
  const files = answer === save ? await saveAll(concerned, unsaved) : concerned;
  if (files.length > 0) await engine.sendRequest(leaveOut, { planId, because: 'unsaved', files });
  return true;
}

/**
 * If files that a back-up is asked for are up to date on the disk and have unsaved changes, asks
 * whether to save them first. Returns `false` if the user cancels.
 */
export async function offerToSaveUpToDate(
  { engine, operations }: Pick<RunPlannedDeps, 'engine' | 'operations'>,
  scopes: PlanRequest['folders'],
): Promise<boolean> {
  const unsaved = new Map(unsavedFiles().map(file => [file.uri.fsPath, file]));
  if (unsaved.size === 0) return true;
  const folders = scopes.flatMap(({ setup, scope }) => {
    const paths = [...unsaved.keys()].filter(path => isAskedFor(path, setup, scope));
    const kind = scope.kind === 'resources' ? ('resources' as const) : ('known' as const);
    return paths.length === 0 ? [] : [{ setup, scope: { kind, paths } }];
  });
  if (folders.length === 0) return true;
  const concerned = await window.withProgress({ location: { viewId } }, () =>
    operations.run(token => engine.sendRequest(upToDateAmong, { folders }, token)),
  );
  if (concerned.length === 0) return true;
  const save = l10n.t('Save and Back Up');
  const skip = l10n.t('Don’t Save');
  const answer = await window.showWarningMessage(
    question(concerned),
    { modal: true, detail: detail(concerned) },
    save,
    // A single file that is not saved is up to date, and there is nothing else to do.
    ...(isSingle(scopes) ? [] : [skip]),
  );
  if (answer === save) await saveAll(concerned, unsaved);
  return answer !== undefined;
}

/** Whether a back-up of the scope would look at this file; rows are only taken if they differ. */
function isAskedFor(path: string, { root }: FolderSetup, scope: Scope): boolean {
  switch (scope.kind) {
    case 'all':
      return isWithin(path, root);
    case 'resources':
      return scope.paths.some(start => isWithin(path, start));
    default:
      return false;
  }
}

function isWithin(path: string, start: string): boolean {
  return path === start || path.startsWith(start.endsWith(sep) ? start : `${start}${sep}`);
}

function isSingle(scopes: PlanRequest['folders']): boolean {
  const [first, ...others] = scopes;
  if (first?.scope.kind !== 'resources' || others.length > 0) return false;
  const [path, ...more] = first.scope.paths;
  return more.length === 0 && unsavedFiles().some(({ uri }) => uri.fsPath === path);
}

/** Returns the files that could not be saved; VS Code has said why. */
async function saveAll(
  files: readonly PlannedFile[],
  unsaved: ReadonlyMap<string, UnsavedFile>,
): Promise<readonly PlannedFile[]> {
  const refused: PlannedFile[] = [];
  for (const file of files) {
    if ((await unsaved.get(file.absolute)?.save()) !== true) refused.push(file);
  }
  // The user may have saved some of them meanwhile.
  const stillUnsaved = new Set(unsavedFiles().map(({ uri }) => uri.fsPath));
  return refused.filter(({ absolute }) => stillUnsaved.has(absolute));
}

function question([first, ...others]: readonly PlannedFile[]): string {
  return others.length === 0
    ? l10n.t('“{0}” has unsaved changes.', first?.path ?? '')
    : l10n.t('{0} have unsaved changes.', formatFiles(others.length + 1));
}

function detail(concerned: readonly PlannedFile[]): string {
  const why = l10n.t('Only saved changes are backed up.');
  if (concerned.length === 1) return why;
  return [...namedFiles(concerned.map(({ path }) => path)), '', why].join('\n');
}
