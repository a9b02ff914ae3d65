import type { Disposable } from 'vscode';
import {
  l10n,
  languages,
  LanguageStatusSeverity,
  RelativePattern,
  TabInputTextDiff,
  window,
  workspace,
  type Command,
  type DocumentFilter,
  type Event,
  type LanguageStatusItem,
  type Uri,
} from 'vscode';
import type { Safety } from '../../protocol/safety';
import { callsSafe } from '../../protocol/verdicts';
import { ContextKey } from '../contributions/contextKey';
import type { CommandId, ContextValue } from '../contributions/manifest';
import { folderId, localFolders } from '../targets/targets';
import { askSafety, backedUpFolderOf, type SafetyQuestionsDeps } from './safetyQuestions';
import { safetyWords } from './safetyWords';

interface ActiveFileDeps extends SafetyQuestionsDeps {
  /** Fires when something of what is known may have changed. */
  readonly refresh: { readonly onDidRefresh: Event<void> };
}

/** Says of the file in the editor how safe it is, among what VS Code says of its language. */
export class ActiveFile implements Disposable {
  readonly #item: LanguageStatusItem;
  readonly #cloudDiff = new ContextKey('s3Backup.cloudDiff');
  readonly #listening: readonly Disposable[];
  /** Counts the questions, since an earlier one may be answered later. */
  #asked = 0;
  #followed = '';

  constructor(private readonly deps: ActiveFileDeps) {
    this.#item = languages.createLanguageStatusItem('s3Backup.activeFile', []);
    this.#item.name = 'S3 Backup';
    const draw = () => void this.#draw();
    this.#listening = [
      deps.refresh.onDidRefresh(draw),
      window.onDidChangeActiveTextEditor(draw),
      window.tabGroups.onDidChangeTabs(draw),
      workspace.onDidSaveTextDocument(draw),
    ];
    draw();
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#item.dispose();
  }

  async #draw(): Promise<void> {
    const asked = ++this.#asked;
    const uri = window.activeTextEditor?.document.uri;
    const isBackedUp = uri !== undefined && backedUpFolderOf(this.deps, uri) !== undefined;
    this.#follow();
    const safety = isBackedUp ? (await askSafety(this.deps, [uri])).get(uri.toString()) : undefined;
    if (asked !== this.#asked) return;
    this.#cloudDiff.set(cloudDiffOf(safety));
    if (isBackedUp) this.#show(uri, safety);
  }

  #show(uri: Uri, known: Safety | undefined): void {
    const { text, safety } = safetyWords(known, Date.now());
    const item = this.#item;
    item.text = text;
    item.detail = 'S3 Backup';
    item.severity =
      safety === 'not-safe' ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
    item.command = commandFor(uri, known);
    item.accessibilityInformation = { label: l10n.t('S3 Backup: {0}', text) };
  }

  /** Files of folders without a bucket have no such item. */
  #follow(): void {
    const folders = localFolders().filter(
      folder => this.deps.targets.statusOf(folder).kind === 'known',
    );
    const key = folders.map(folderId).join('\n');
    if (key === this.#followed) return;
    this.#followed = key;
    this.#item.selector = folders.map((folder): DocumentFilter => ({
      scheme: 'file',
      pattern: new RelativePattern(folder, '**'),
    }));
  }
}

/** What one would do next about the file. */
function commandFor(uri: Uri, safety: Safety | undefined): Command | undefined {
  const command = (id: CommandId, title: string): Command => ({
    command: id,
    title,
    arguments: [uri],
  });
  if (safety?.kind !== 'compared') return command('s3Backup.compare', l10n.t('Compare'));
  switch (safety.verdict.kind) {
    case 'missing-in-cloud':
    case 'out-of-date':
      return command('s3Backup.backUpResource', l10n.t('Back Up'));
    case 'changed-in-cloud':
      return command('s3Backup.diff', l10n.t('Open Diff'));
    case 'up-to-date':
      return callsSafe(safety.verdict.proof)
        ? undefined
        : command('s3Backup.verify', l10n.t('Verify'));
    case 'unchecked':
    case 'lost':
    case 'only-in-cloud':
    case 'ignored':
      return undefined;
  }
}

/** What can be decided in an editor that shows a file beside its cloud copy. */
function cloudDiffOf(safety: Safety | undefined): ContextValue<'s3Backup.cloudDiff'> {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  const isCloudDiff = input instanceof TabInputTextDiff && input.original.scheme === 's3backup';
  if (!isCloudDiff || safety?.kind !== 'compared') return 'none';
  const { kind } = safety.verdict;
  return kind === 'changed-in-cloud' || kind === 'out-of-date' ? kind : 'none';
}
