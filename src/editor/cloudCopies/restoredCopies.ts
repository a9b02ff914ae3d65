import {
  CodeLens,
  commands,
  EventEmitter,
  l10n,
  languages,
  Range,
  TabInputCustom,
  TabInputNotebook,
  TabInputNotebookDiff,
  TabInputText,
  TabInputTextDiff,
  window,
  type Disposable,
  type Event,
  type Tab,
  type Uri,
} from 'vscode';
import { ContextKey } from '../contributions/contextKey';
import type { CommandId } from '../contributions/manifest';
import { cloudCopyScheme } from './cloudCopyUri';

/**
 * The cloud copies in tabs that VS Code has restored with the window. Nobody has asked for them yet:
 * they wait, and nothing is asked of the store, until the user loads or opens them. Text editors show
 * a text that says so; other editors could not show it, and get an error.
 */
export class RestoredCopies implements Disposable {
  readonly #onDidLoad = new EventEmitter<readonly Uri[]>();
  readonly #onDidChangeLenses = new EventEmitter<void>();
  readonly #isInFront = new ContextKey('s3Backup.restoredCopy');
  readonly #asked = new Set<string>();
  readonly #restored: ReadonlySet<string>;
  readonly #restoredAsText: ReadonlySet<string>;
  /** Whether a tab was restored that does not tell what it shows, as one with many diffs. */
  readonly #hasUnknown: boolean;
  readonly #listening: readonly Disposable[];

  /** Fires where editors that wait are to be read anew. */
  readonly onDidLoad: Event<readonly Uri[]> = this.#onDidLoad.event;

  constructor() {
    const tabs = window.tabGroups.all.flatMap(group => group.tabs);
    this.#restored = keysOf(tabs.flatMap(copiesIn));
    this.#restoredAsText = keysOf(tabs.filter(isText).flatMap(copiesIn));
    this.#hasUnknown = tabs.some(({ input }) => input === undefined);
    this.#listening = [
      window.tabGroups.onDidChangeTabs(({ opened }) => {
        // With the extension running, a tab opens only because somebody has opened it.
        for (const key of keysOf(opened.flatMap(copiesIn))) {
          if (!this.#restored.has(key)) this.#asked.add(key);
        }
        this.#show();
      }),
      window.tabGroups.onDidChangeTabGroups(() => {
        this.#show();
      }),
      languages.registerCodeLensProvider(
        { scheme: cloudCopyScheme },
        {
          onDidChangeCodeLenses: this.#onDidChangeLenses.event,
          provideCodeLenses: ({ uri }) => (this.#isWaiting(uri) ? [loadLens()] : []),
        },
      ),
    ];
    this.#show();
  }

  /** Says what an editor is to show of a copy: itself, that it waits, or an error. */
  shows(uri: Uri): 'copy' | 'text' | 'error' {
    const key = uri.toString();
    if (this.#asked.has(key) || !(this.#hasUnknown || this.#restored.has(key))) return 'copy';
    return this.#restoredAsText.has(key) ? 'text' : 'error';
  }

  /** Notes that the user has asked for copies, which may be in tabs that wait for it. */
  ask(uris: readonly Uri[]): void {
    const waiting = uris.filter(uri => this.#isWaiting(uri));
    for (const key of keysOf(uris)) this.#asked.add(key);
    if (waiting.length === 0) return;
    this.#onDidLoad.fire(waiting);
    this.#onDidChangeLenses.fire();
    this.#show();
  }

  /** Loads what the tab in front shows. */
  async loadInFront(): Promise<void> {
    const tab = window.tabGroups.activeTabGroup.activeTab;
    if (tab === undefined) return;
    this.ask(copiesIn(tab));
    const { input, isPreview: preview } = tab;
    // Text editors read anew what has changed; others have nothing that could.
    if (input instanceof TabInputCustom) {
      await commands.executeCommand('vscode.openWith', input.uri, input.viewType, { preview });
    } else if (input instanceof TabInputNotebook) {
      await commands.executeCommand('vscode.open', input.uri, { preview });
    } else if (input instanceof TabInputNotebookDiff) {
      await commands.executeCommand('vscode.diff', input.original, input.modified, tab.label, {
        preview,
      });
    }
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#onDidLoad.dispose();
    this.#onDidChangeLenses.dispose();
  }

  #show(): void {
    const tab = window.tabGroups.activeTabGroup.activeTab;
    this.#isInFront.set(tab !== undefined && copiesIn(tab).some(uri => this.#isWaiting(uri)));
  }

  #isWaiting(uri: Uri): boolean {
    const key = uri.toString();
    return this.#restored.has(key) && !this.#asked.has(key);
  }
}

/** What a text editor shows instead of a copy that waits. */
export function waitingText(): string {
  return l10n.t(
    'This cloud copy was open when the window was closed.\nIt is not loaded by itself, since that asks the store.\nPress “Load Cloud Copy” above this line or in the title of this editor.\n',
  );
}

function loadLens(): CodeLens {
  return new CodeLens(new Range(0, 0, 0, 0), {
    title: l10n.t('Load Cloud Copy'),
    command: 's3Backup.loadCloudCopy' satisfies CommandId,
  });
}

function keysOf(uris: readonly Uri[]): ReadonlySet<string> {
  return new Set(uris.map(uri => uri.toString()));
}

function isText({ input }: Tab): boolean {
  return input instanceof TabInputText || input instanceof TabInputTextDiff;
}

function copiesIn({ input }: Tab): readonly Uri[] {
  return shownIn(input).filter(({ scheme }) => scheme === cloudCopyScheme);
}

function shownIn(input: unknown): readonly Uri[] {
  if (input instanceof TabInputTextDiff || input instanceof TabInputNotebookDiff) {
    return [input.original, input.modified];
  }
  const isOne =
    input instanceof TabInputText ||
    input instanceof TabInputCustom ||
    input instanceof TabInputNotebook;
  return isOne ? [input.uri] : [];
}
