import { Uri, workspace, type Disposable, type WorkspaceFolder } from 'vscode';
import type { FolderSetup } from '../../protocol/folders';
import { dropPlan, planBackUp, runPlan, takeOutQuestions } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { unsavedFiles } from '../client/unsavedFiles';
import { isSwitchedOn } from '../contributions/settings';
import { Failed } from '../failures/failed';
import { concernsCredentials } from '../failures/failureMessage';
import { unaskedSetup, type KnownSetupDeps } from '../setUp/knownSetup';
import { localFolders } from '../targets/targets';
import type { Automation } from './automation';
import { watchCustomSaves } from './customSaves';

interface BackUpOnSaveDeps extends KnownSetupDeps {
  readonly engine: Pick<EngineClient, 'sendRequest' | 'notify' | 'onDidChangeState'>;
  readonly automation: Automation;
  readonly operations: RunningOperations;
}

/**
 * Backs files up that the user saves, where a folder's setting wants it. What somebody would have to
 * be asked about stays as it is, and the tree shows it: files changed in the cloud, files that look
 * like secrets, copies that this computer did not write or that would be emptied.
 */
export class BackUpOnSave implements Disposable {
  readonly #deps: BackUpOnSaveDeps;
  readonly #listening: readonly Disposable[];
  #saved = new Set<string>();
  #waiting: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Whether credentials have failed, so that another try could only ask for them again. */
  #waitsForUser = false;

  constructor(deps: BackUpOnSaveDeps) {
    this.#deps = deps;
    this.#listening = [
      deps.engine.onDidChangeState(({ kind }) => {
        // Automatic work is over by then: somebody has begun something else.
        if (kind === 'comparing' || kind === 'transferring') this.#waitsForUser = false;
      }),
      workspace.onDidSaveTextDocument(({ uri }) => {
        this.#note(uri);
      }),
      workspace.onDidSaveNotebookDocument(({ uri }) => {
        this.#note(uri);
      }),
      watchCustomSaves(uri => {
        this.#note(uri);
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.#waiting);
    for (const each of this.#listening) each.dispose();
  }

  #note(uri: Uri): void {
    const folder = uri.scheme === 'file' ? workspace.getWorkspaceFolder(uri) : undefined;
    if (folder === undefined || !isAutomatic(folder) || this.#waitsForUser) return;
    this.#saved.add(uri.fsPath);
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      // One after the other, so that a file that is saved again is not sent by two batches.
      this.#running = this.#running.then(() => this.#backUp());
    }, restMs);
  }

  async #backUp(): Promise<void> {
    const saved = this.#saved;
    this.#saved = new Set();
    const unsaved = new Set(unsavedFiles().map(({ uri }) => uri.fsPath));
    for (const folder of localFolders().filter(isAutomatic)) {
      const paths = [...saved].filter(
        path => !unsaved.has(path) && workspace.getWorkspaceFolder(Uri.file(path)) === folder,
      );
      if (paths.length === 0) continue;
      await this.#deps.automation.run('back-up', async () => {
        const setup = await unaskedSetup(this.#deps, folder);
        if (setup !== undefined) await backUpQuietly(this.#deps, setup, paths);
      });
      const failure = this.#deps.automation.failures.get('back-up');
      this.#waitsForUser = failure !== undefined && concernsCredentials(failure.code);
    }
  }
}

function isAutomatic({ uri }: WorkspaceFolder): boolean {
  return isSwitchedOn('backUpOnSave', uri);
}

async function backUpQuietly(
  { engine, operations }: BackUpOnSaveDeps,
  setup: FolderSetup,
  paths: readonly string[],
): Promise<void> {
  const folders = [{ setup, scope: { kind: 'resources', paths } as const }];
  const report = await operations.run(async token => {
    const { planId } = await engine.sendRequest(planBackUp, { folders }, token);
    const { files } = await engine.sendRequest(takeOutQuestions, planId, token);
    if (files > 0) return engine.sendRequest(runPlan, planId, token);
    engine.notify(dropPlan, planId);
    return undefined;
  });
  const [problem] = report?.problems ?? [];
  if (problem !== undefined) throw new Failed(problem.failure);
}

/** Saving everything saves one file after the other; and who saves often is not done yet. */
const restMs = 1000;
