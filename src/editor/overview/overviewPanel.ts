import {
  l10n,
  Uri,
  ViewColumn,
  window,
  workspace,
  type Disposable,
  type Event,
  type ExtensionContext,
  type LogOutputChannel,
  type WebviewPanel,
} from 'vscode';
import { rootPath, type FilePath } from '../../protocol/folders';
import { overview } from '../../protocol/overview';
import type { FromPage, OverviewPlace, ToPage } from '../../protocol/overviewPage';
import type { EngineClient } from '../client/engineClient';
import { runCommand } from '../contributions/runCommand';
import { failureLine, toFailureRecord } from '../failures/failed';
import { failureText } from '../failures/failureMessage';
import { folderById, localFolders, type Targets } from '../targets/targets';
import type { ShownState } from '../view/shownState';
import { overviewHtml } from './overviewHtml';
import { pictureOf, type FolderOverview } from './picture';
import type { MenuManifest } from './rowActions';
import { offerActions } from './tileActions';
import { placeId, tileTargets, type TileTarget } from './tileNodes';

export interface OverviewPanelDeps {
  readonly engine: Pick<EngineClient, 'sendRequest'>;
  readonly shown: ShownState;
  readonly targets: Pick<Targets, 'statusOf'>;
  readonly log: Pick<LogOutputChannel, 'warn'>;
  /** Fires when something of what is known may have changed, and not more often than can be drawn. */
  readonly refresh: { readonly onDidRefresh: Event<void> };
  readonly extension: Pick<ExtensionContext['extension'], 'packageJSON' | 'extensionUri'>;
}

/**
 * The overview: one panel with a picture of the comparison at hand. It asks the engine only while
 * somebody sees it, and never starts one.
 */
export class OverviewPanel implements Disposable {
  readonly #listening: readonly Disposable[];
  #panel: WebviewPanel | undefined;
  #place = everything;
  #targets: ReadonlyMap<string, TileTarget> = new Map();
  #drawing: 'none' | 'under-way' | 'outdated' = 'none';

  constructor(private readonly deps: OverviewPanelDeps) {
    this.#listening = [
      deps.refresh.onDidRefresh(() => void this.#draw()),
      window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: (panel, state: unknown) => {
          this.#adopt(panel, placeIn(state));
          return Promise.resolve();
        },
      }),
    ];
  }

  show(): void {
    if (this.#panel !== undefined) {
      this.#panel.reveal();
      return;
    }
    const title = l10n.t('S3 Backup: Overview');
    const panel = window.createWebviewPanel(viewType, title, ViewColumn.Active, {});
    this.#adopt(panel, everything);
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: WebviewPanel, place: OverviewPlace): void {
    this.#panel?.dispose();
    this.#panel = panel;
    this.#place = place;
    const dist = Uri.joinPath(this.deps.extension.extensionUri, 'dist');
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.webview.onDidReceiveMessage((message: FromPage) => void this.#receive(message));
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    panel.webview.html = overviewHtml(panel.webview, dist);
  }

  async #receive(message: FromPage): Promise<void> {
    switch (message.kind) {
      case 'ready':
        await this.#draw();
        break;
      case 'compare':
        // Lets the user choose a bucket first where there is none.
        await runCommand('s3Backup.compare');
        break;
      case 'go':
        await this.#go(message.place);
        break;
      case 'open':
      case 'actions': {
        const target = this.#targets.get(message.id);
        if (target === undefined) break;
        if (target.place !== undefined && message.kind === 'open') await this.#go(target.place);
        else await offerActions(this.deps.extension.packageJSON as MenuManifest, target.nodes);
      }
    }
  }

  async #go(place: OverviewPlace): Promise<void> {
    this.#place = place;
    await this.#draw();
  }

  /** Sends the page what it is to show now. What changes meanwhile is sent afterwards. */
  async #draw(): Promise<void> {
    if (this.#drawing !== 'none') {
      this.#drawing = 'outdated';
      return;
    }
    try {
      do {
        this.#drawing = 'under-way';
        const panel = this.#panel;
        if (panel?.visible !== true) return;
        await panel.webview.postMessage(await this.#message());
      } while (this.#isOutdated());
    } catch (error) {
      // The state says what happened, and the view shows that.
      this.deps.log.warn(`No overview: ${failureLine(toFailureRecord(error))}`);
    } finally {
      this.#drawing = 'none';
    }
  }

  #isOutdated(): boolean {
    return this.#drawing === 'outdated';
  }

  async #message(): Promise<ToPage> {
    const { comparisons } = this.deps.shown.state;
    if (comparisons.length === 0) return { kind: 'nothing', ...this.#whyNothing() };
    const several = localFolders().length > 1;
    const [only] = comparisons;
    const isKnown = comparisons.some(({ folder }) => folder === this.#place.folder);
    if (!isKnown) this.#place = { ...everything, folder: several ? undefined : only?.folder };
    const folders =
      this.#place.folder === undefined
        ? comparisons.map(each => each.folder)
        : [this.#place.folder];
    let shown = await this.#ask(folders);
    if (shown.length === 0 && placeId(this.#place) !== placeId({ ...this.#place, ...top })) {
      // What was shown has gone.
      this.#place = { ...this.#place, ...top };
      shown = await this.#ask(folders);
    }
    this.#targets = new Map(
      shown.flatMap(({ folder, overview: found }) => [...tileTargets(folder, found)]),
    );
    const name = workspace.name ?? l10n.t('Workspace');
    const isWhole = this.#place.path === rootPath && this.#place.skip === 0;
    const numbers = isWhole ? this.deps.shown.state.comparisons : [];
    return pictureOf(
      this.#place,
      shown,
      { name, folders: several ? 'several' : 'one' },
      numbers.filter(({ folder }) => folders.includes(folder)),
    );
  }

  #whyNothing(): Omit<Extract<ToPage, { kind: 'nothing' }>, 'kind'> {
    const { shown, targets } = this.deps;
    const { state } = shown;
    if (state.kind === 'comparing' || state.kind === 'connecting') {
      return { text: l10n.t('Comparing…'), button: undefined };
    }
    const folders = localFolders();
    if (folders.length > 0 && folders.every(folder => targets.statusOf(folder).kind === 'none')) {
      const text = l10n.t('Nothing here is backed up: no bucket has been chosen.');
      return { text, button: l10n.t('Choose Bucket…') };
    }
    const text =
      state.kind === 'failed'
        ? l10n.t(
            'Failed: {0}',
            state.failures.map(({ failure }) => failureText(failure)).join(', '),
          )
        : l10n.t('There is no comparison to show yet.');
    return { text, button: l10n.t('Compare') };
  }

  async #ask(folders: readonly string[]): Promise<readonly FolderOverview[]> {
    const { path, skip } = this.#place;
    const limit = Math.ceil(mostTiles / folders.length);
    const asked = folders.map(async folder => {
      const request = { folder, path, skip, limit };
      const found = await this.deps.engine.sendRequest(overview, request);
      const name = folderById(folder)?.name ?? folder;
      return found === null ? [] : [{ folder, name, overview: found }];
    });
    return (await Promise.all(asked)).flat();
  }
}

const viewType = 's3Backup.overview';

const top = { path: rootPath, skip: 0 };

const everything: OverviewPlace = { folder: undefined, ...top };

/** More cannot be told apart, and would take long to draw. */
const mostTiles = 400;

/** Reads the place that a page has kept. Anything else means everything. */
function placeIn(state: unknown): OverviewPlace {
  if (typeof state !== 'object' || state === null || !('place' in state)) return everything;
  const place = state.place as Partial<Record<keyof OverviewPlace, unknown>> | null;
  const { folder, path, skip } = place ?? {};
  if (typeof folder !== 'string' || typeof path !== 'string') return everything;
  const isCount = Number.isSafeInteger(skip) && Number(skip) >= 0;
  return { folder, path: path as FilePath, skip: isCount ? Number(skip) : 0 };
}
