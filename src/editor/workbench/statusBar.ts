import {
  l10n,
  StatusBarAlignment,
  window,
  workspace,
  type Disposable,
  type StatusBarItem,
} from 'vscode';
import type { State } from '../../protocol/state';
import type { EngineClient } from '../client/engineClient';
import { viewId } from '../contributions/manifest';
import { formatAge } from '../format/pointInTime';
import { formatCount } from '../format/quantity';
import { targetText, type Target } from '../targets/target';
import { localFolders, type Targets } from '../targets/targets';
import type { PastFindings } from '../view/pastTotals';
import { statusLine, unsafeFiles } from '../view/statusLine';

interface StatusBarDeps {
  readonly engine: Pick<EngineClient, 'state' | 'onDidChangeState'>;
  readonly targets: Pick<Targets, 'statusOf' | 'onDidChange'>;
  readonly past: { readonly findings: PastFindings | undefined };
}

/** Says in the status bar where the workspace is backed up and how safe it is; a click opens the view. */
export class StatusBar implements Disposable {
  readonly #item: StatusBarItem;
  readonly #listening: readonly Disposable[];
  readonly #clock: NodeJS.Timeout;

  constructor(private readonly deps: StatusBarDeps) {
    this.#item = window.createStatusBarItem('s3Backup.safety', StatusBarAlignment.Left);
    this.#item.name = 'S3 Backup';
    this.#item.command = `${viewId}.focus`;
    const draw = () => {
      this.#draw();
    };
    this.#listening = [
      deps.engine.onDidChangeState(draw),
      deps.targets.onDidChange(draw),
      workspace.onDidChangeWorkspaceFolders(draw),
      workspace.onDidChangeConfiguration(draw),
    ];
    // "5 min ago" has to be updated.
    this.#clock = setInterval(draw, 30_000);
    this.#draw();
  }

  dispose(): void {
    clearInterval(this.#clock);
    for (const each of this.#listening) each.dispose();
    this.#item.dispose();
  }

  #draw(): void {
    const { engine, targets, past } = this.deps;
    const places = localFolders().flatMap(folder => {
      const status = targets.statusOf(folder);
      return status.kind === 'known' ? [status.target] : [];
    });
    const now = Date.now();
    const known = { state: engine.state, places, pastAt: past.findings?.comparedAt };
    const words = statusBarWords(known, now);
    if (words === undefined) {
      this.#item.hide();
      return;
    }
    const text = `$(${words.icon}) ${words.text}`;
    if (this.#item.text !== text) {
      this.#item.text = text;
      this.#item.accessibilityInformation = { label: l10n.t('S3 Backup: {0}', words.text) };
    }
    this.#item.tooltip = [
      ...places.map(place => `s3://${targetText(place)}`),
      statusLine(known.state, known.pastAt, now) ?? l10n.t('Not compared yet'),
    ].join('\n');
    this.#item.show();
  }
}

interface KnownSafety {
  readonly state: State;
  /** Of all folders that are backed up. */
  readonly places: readonly Target[];
  /** When an earlier window has compared last. */
  readonly pastAt: number | undefined;
}

/** Nothing where no folder has a bucket. */
export function statusBarWords(
  { state, places, pastAt }: KnownSafety,
  now: number,
): { readonly icon: string; readonly text: string } | undefined {
  const buckets = new Set(places.map(({ bucket }) => bucket));
  const [only] = buckets;
  if (only === undefined) return undefined;
  const name = buckets.size === 1 ? only : l10n.t('{0} buckets', formatCount(buckets.size));
  const { files } = unsafeFiles(state.comparisons);
  return {
    icon: iconOf(state, files),
    text: [name, ...safetyParts({ state, places, pastAt }, files, now)].join(' · '),
  };
}

function iconOf(state: State, unsafe: number): string {
  switch (state.kind) {
    case 'connecting':
    case 'comparing':
    case 'looking':
    case 'verifying':
    case 'transferring':
      return 'sync~spin';
    case 'paused':
      return 'debug-pause';
    case 'failed':
      return 'warning';
    case 'idle':
    case 'compared':
      return unsafe > 0 ? 'cloud-upload' : 'cloud';
  }
}

function safetyParts(
  { state, places, pastAt }: KnownSafety,
  unsafe: number,
  now: number,
): readonly string[] {
  const { comparisons } = state;
  if (comparisons.length === 0) {
    if (state.kind === 'failed') return [l10n.t('comparison failed')];
    if (state.kind !== 'idle' && state.kind !== 'compared') return [];
    return [
      pastAt === undefined
        ? l10n.t('not compared yet')
        : l10n.t('last compared {0}', formatAge(pastAt, now)),
    ];
  }
  // What was not listed or not compared may be unsafe, too.
  const isAll =
    comparisons.length === places.length &&
    comparisons.every(({ incomplete }) => incomplete === undefined);
  const safety =
    unsafe > 0
      ? [l10n.t('{0} not safe', formatCount(unsafe))]
      : isAll && state.kind !== 'failed'
        ? [l10n.t('all safe')]
        : [];
  const comparedAt = Math.min(...comparisons.map(each => each.comparedAt));
  return [...safety, formatAge(comparedAt, now)];
}
