import { l10n, window } from 'vscode';
import { leaveOut, plannedAmong, type PlannedFile, type PlanSummary } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import { unsavedFiles, type UnsavedFile } from '../client/unsavedFiles';
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
  const why = l10n.t('What is backed up is what is on the disk.');
  if (concerned.length === 1) return why;
  return [...namedFiles(concerned.map(({ path }) => path)), '', why].join('\n');
}
