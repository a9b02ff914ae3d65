import {
  ConfigurationTarget,
  l10n,
  window,
  workspace,
  type Disposable,
  type LogOutputChannel,
  type Memento,
  type WorkspaceFolder,
} from 'vscode';
import type { ComparisonTotals } from '../../protocol/comparisons';
import { rootPath } from '../../protocol/folders';
import { children } from '../../protocol/rows';
import type { IgnoreReason } from '../../protocol/verdicts';
import type { Comparisons } from '../client/comparisons';
import type { EngineClient } from '../client/engineClient';
import { section } from '../contributions/manifest';
import { toFailureRecord, failureLine } from '../failures/failed';
import { showFailure, type ShowFailureDeps } from '../failures/showFailure';
import { GivenHints } from '../hints/givenHints';
import { resolveTargets, type ResolveTargetsDeps } from '../setUp/resolveTargets';
import { folderById, folderId } from '../targets/targets';
import { includeGit } from './ignorePattern';

interface HistoryHintDeps extends ResolveTargetsDeps, ShowFailureDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly memory: Memento;
  readonly comparisons: Comparisons;
}

/**
 * Says once per folder, after a comparison, that its git history is not backed up and would be lost
 * with the folder.
 */
export function watchForHistory(deps: HistoryHintDeps): Disposable {
  const looked = new Set<string>();
  return deps.engine.onDidChangeState(({ comparisons }) => {
    for (const comparison of comparisons) {
      if (comparison.groups.ignored.files === 0 || looked.has(comparison.folder)) continue;
      looked.add(comparison.folder);
      void hintAtHistory(deps, comparison).catch((error: unknown) => {
        deps.log.warn(`Looking for git’s history: ${failureLine(toFailureRecord(error))}`);
      });
    }
  });
}

async function hintAtHistory(
  deps: HistoryHintDeps,
  { folder: id }: ComparisonTotals,
): Promise<void> {
  const hints = new GivenHints(deps.memory, 'historyHints');
  const folder = folderById(id);
  if (folder === undefined || !hints.isDue(id)) return;
  const rule = await ruleOverHistory(deps, folder);
  if (rule === undefined || !hints.isDue(id)) return;
  await hints.remember(id);
  const include = l10n.t('Include .git');
  const never = l10n.t('Don’t Show Again');
  const answer = await window.showInformationMessage(
    l10n.t(
      'The git history of “{0}” is not backed up: the setting “{1}” leaves .git out.',
      folder.name,
      rule.source,
    ),
    // Settings of a workspace that is not trusted would not count.
    ...(workspace.isTrusted ? [include, never] : [never]),
  );
  if (answer === never) await hints.silence();
  if (answer === include) await includeHistory(deps, folder, rule.pattern);
}

/** Returns the pattern of the setting that excludes `.git`; authors of ignore files know theirs. */
async function ruleOverHistory(
  { engine }: HistoryHintDeps,
  folder: WorkspaceFolder,
): Promise<Extract<IgnoreReason, { kind: 'rule' }> | undefined> {
  const node = { folder: folderId(folder), group: 'ignored', path: rootPath } as const;
  const page = await engine.sendRequest(children, {
    node,
    layout: 'tree',
    offset: 0,
    limit: maxRows,
  });
  const row = page.rows.find(({ path }) => path === '.git');
  if (row?.kind !== 'file' || !row.isFolder || row.verdict.kind !== 'ignored') return undefined;
  const { because } = row.verdict;
  return because.kind === 'rule' && because.line === undefined ? because : undefined;
}

/** Enough to find `.git` among the ignored files at the top of nearly any folder. */
const maxRows = 1_000;

async function includeHistory(
  deps: HistoryHintDeps,
  folder: WorkspaceFolder,
  pattern: string,
): Promise<void> {
  try {
    const configuration = workspace.getConfiguration(section, folder.uri);
    const patterns = configuration.get<readonly string[]>('exclude', []);
    const target = ConfigurationTarget.WorkspaceFolder;
    await configuration.update('exclude', includeGit(patterns, pattern), target);
    const setups = await resolveTargets(deps, [folder]);
    if (setups.length > 0) await deps.comparisons.run(setups);
  } catch (error) {
    void showFailure(deps, error, () => void includeHistory(deps, folder, pattern));
  }
}
