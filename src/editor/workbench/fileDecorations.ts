import {
  EventEmitter,
  window,
  workspace,
  type Disposable,
  type Event,
  type FileDecoration,
  type FileDecorationProvider,
  type Uri,
} from 'vscode';
import type { EngineClient } from '../client/engineClient';
import { explorerDecorations } from '../contributions/settings';
import { rowScheme } from '../view/rowIcon';
import { rowDecoration, safetyDecoration } from './safetyDecoration';
import { askSafety, type SafetyQuestionsDeps } from './safetyQuestions';

export interface FileDecorationsDeps extends SafetyQuestionsDeps {
  readonly engine: SafetyQuestionsDeps['engine'] &
    Pick<EngineClient, 'onDidChangeRows' | 'onDidChangeState' | 'state'>;
  /** Fires when something of what is known may have changed. */
  readonly refresh: { readonly onDidRefresh: Event<void> };
}

/**
 * Marks the rows of our view and, where the user wants it, files in the Explorer and in tabs. VS Code
 * asks for each file that it shows; those asked for together become one question to the engine.
 */
export class FileDecorations implements FileDecorationProvider, Disposable {
  readonly #onDidChange = new EventEmitter<Uri[] | undefined>();
  readonly #listening: readonly Disposable[];
  /** What VS Code has asked for, and which mark it has got. */
  readonly #given = new Map<string, { readonly uri: Uri; mark: string }>();
  #gathered: Gathered | undefined;
  #isOutdated = false;
  #compared = '';

  readonly onDidChangeFileDecorations: Event<Uri[] | undefined> = this.#onDidChange.event;

  constructor(private readonly deps: FileDecorationsDeps) {
    const { engine, refresh } = deps;
    this.#listening = [
      engine.onDidChangeRows(() => {
        this.#isOutdated = true;
      }),
      engine.onDidChangeState(({ comparisons }) => {
        const compared = comparisons.map(({ folder, comparedAt }) => [folder, comparedAt]).join();
        if (compared !== this.#compared) this.#isOutdated = true;
        this.#compared = compared;
      }),
      refresh.onDidRefresh(() => {
        if (this.#isOutdated) void this.#refresh();
      }),
      workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('s3Backup.explorerDecorations')) this.#begin();
      }),
      window.registerFileDecorationProvider(this),
    ];
  }

  async provideFileDecoration(uri: Uri): Promise<FileDecoration | undefined> {
    if (uri.scheme === rowScheme) return rowDecoration(uri);
    if (uri.scheme !== 'file' || explorerDecorations() === 'off') return undefined;
    const given = this.#gather(uri);
    const decoration = (await given).get(uri.toString());
    if (this.#given.size >= maxRemembered) this.#given.clear();
    this.#given.set(uri.toString(), { uri, mark: markOf(decoration) });
    return decoration;
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#onDidChange.dispose();
  }

  #gather(uri: Uri): Gathered['answers'] {
    if (this.#gathered === undefined) {
      const uris: Uri[] = [];
      const answers = new Promise<void>(resolve => setTimeout(resolve, gatherMs)).then(() => {
        this.#gathered = undefined;
        return this.#decorations(uris);
      });
      this.#gathered = { uris, answers };
    }
    this.#gathered.uris.push(uri);
    return this.#gathered.answers;
  }

  async #decorations(uris: readonly Uri[]): Promise<ReadonlyMap<string, FileDecoration>> {
    const answers = await askSafety(this.deps, uris);
    const shown = explorerDecorations();
    const now = Date.now();
    return new Map(
      uris.flatMap(uri => {
        const decoration = safetyDecoration(answers.get(uri.toString()), shown, now);
        return decoration === undefined ? [] : [[uri.toString(), decoration] as const];
      }),
    );
  }

  /** Asks again about what was given, and tells VS Code of what is another now. */
  async #refresh(): Promise<void> {
    this.#isOutdated = false;
    if (this.#given.size === 0) return;
    const given = [...this.#given.values()];
    const now = await this.#decorations(given.map(({ uri }) => uri));
    const changed = given.filter(({ uri, mark }) => markOf(now.get(uri.toString())) !== mark);
    if (changed.length > maxFired) this.#begin();
    else if (changed.length > 0) this.#onDidChange.fire(changed.map(({ uri }) => uri));
  }

  /** Lets VS Code ask anew for all that it shows. */
  #begin(): void {
    this.#given.clear();
    this.#onDidChange.fire(undefined);
  }
}

interface Gathered {
  readonly uris: Uri[];
  readonly answers: Promise<ReadonlyMap<string, FileDecoration>>;
}

function markOf(decoration: FileDecoration | undefined): string {
  return `${decoration?.badge ?? ''} ${decoration?.tooltip ?? ''}`;
}

/** VS Code asks file by file, for a whole folder in one turn. */
const gatherMs = 10;

/** VS Code drops events of more than 250 files (ExtHostDecorations of VS Code 1.105). */
const maxFired = 250;

/** VS Code does not tell what it shows no longer. */
const maxRemembered = 5_000;
