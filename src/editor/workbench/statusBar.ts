import {
  l10n,
  StatusBarAlignment,
  window,
  workspace,
  type Disposable,
  type Event,
  type StatusBarItem,
} from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import type { State } from '../../protocol/state';
import { ContextKey } from '../contributions/contextKey';
import { viewId } from '../contributions/manifest';
import { failureMessage, failureText } from '../failures/failureMessage';
import { formatAge } from '../format/pointInTime';
import { formatCount } from '../format/quantity';
import { targetText, type Target } from '../targets/target';
import { folderId, localFolders, type Targets } from '../targets/targets';
import type { PastFindings } from '../view/pastTotals';
import type { ShownState } from '../view/shownState';
import { statusLine, unboundLine, unsafeFiles } from '../view/statusLine';
import { areAllSafe } from './lastComplete';

interface StatusBarDeps {
  readonly shown: ShownState;
  readonly refresh: { readonly onDidRefresh: Event<void> };
  readonly targets: Pick<Targets, 'statusOf' | 'onDidChange'>;
  readonly past: { readonly findings: PastFindings | undefined };
  /** Of what is done without anybody asking for it. */
  readonly automation: {
    readonly failures: ReadonlyMap<string, FailureRecord>;
    readonly onDidChange: Event<void>;
  };
  readonly lastComplete: { readonly at: number | undefined };
}

/** Says in the status bar where the workspace is backed up and how safe it is; a click opens the view. */
export class StatusBar implements Disposable {
  readonly #item: StatusBarItem;
  readonly #listening: readonly Disposable[];
  readonly #bucketChosen = new ContextKey('s3Backup.bucketChosen');
  readonly #clock: NodeJS.Timeout;

  constructor(private readonly deps: StatusBarDeps) {
    this.#item = window.createStatusBarItem('s3Backup.safety', StatusBarAlignment.Left);
    this.#item.name = 'S3 Backup';
    this.#item.command = `${viewId}.focus`;
    const draw = () => {
      this.#draw();
    };
    this.#listening = [
      deps.refresh.onDidRefresh(draw),
      deps.targets.onDidChange(draw),
      deps.automation.onDidChange(draw),
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
    const { shown, targets, past, automation, lastComplete } = this.deps;
    const places = localFolders().flatMap(folder => {
      const status = targets.statusOf(folder);
      return status.kind === 'known' ? [{ folder: folderId(folder), ...status.target }] : [];
    });
    const unbound = localFolders()
      .filter(folder => targets.statusOf(folder).kind !== 'known')
      .map(({ name }) => name);
    this.#bucketChosen.set(places.length > 0);
    const now = Date.now();
    const failures = [...automation.failures.values()];
    const pastAt = past.findings?.comparedAt;
    const known = { state: shown.state, places, unbound, pastAt, failures };
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
      lastComplete.at === undefined
        ? l10n.t('No complete backup yet')
        : l10n.t('Last complete backup: {0}', formatAge(lastComplete.at, now)),
      ...failures.map(failure => failureMessage(failure).text),
    ].join('\n');
    this.#item.show();
  }
}

interface KnownSafety {
  readonly state: State;
  /** Of all folders that are backed up. */
  readonly places: readonly (Target & { readonly folder: string })[];
  /** The names of the folders that are not. */
  readonly unbound: readonly string[];
  /** When an earlier window has compared last. */
  readonly pastAt: number | undefined;
  /** Why the last automatic work of each kind failed, where it did. */
  readonly failures: readonly FailureRecord[];
}

/** Nothing where no folder has a bucket. */
export function statusBarWords(
  { state, places, unbound, pastAt, failures }: KnownSafety,
  now: number,
): { readonly icon: string; readonly text: string } | undefined {
  const buckets = new Set(places.map(({ bucket }) => bucket));
  const [only] = buckets;
  if (only === undefined) return undefined;
  const name = buckets.size === 1 ? only : l10n.t('{0} buckets', formatCount(buckets.size));
  const { files } = unsafeFiles(state.comparisons);
  const nowhere = unboundLine(unbound);
  return {
    icon: failures.length > 0 ? 'warning' : iconOf(state, files),
    text: [
      name,
      ...safetyParts({ state, places, unbound, pastAt }, files, now),
      ...(nowhere === undefined ? [] : [nowhere]),
      ...new Set(failures.map(failureText)),
    ].join(' · '),
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
  { state, places, unbound, pastAt }: Omit<KnownSafety, 'failures'>,
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
  const safety =
    unsafe > 0
      ? [l10n.t('{0} not safe', formatCount(unsafe))]
      : state.kind !== 'failed' &&
          unbound.length === 0 &&
          areAllSafe(
            comparisons,
            places.map(({ folder }) => folder),
          )
        ? [l10n.t('all safe')]
        : [];
  const comparedAt = Math.min(...comparisons.map(each => each.comparedAt));
  return [...safety, formatAge(comparedAt, now)];
}
