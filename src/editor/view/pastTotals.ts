import { l10n, ThemeColor, ThemeIcon, TreeItem, type Disposable, type Memento } from 'vscode';
import type { ComparisonTotals, GroupTotals } from '../../protocol/comparisons';
import type { State } from '../../protocol/state';
import { groups, type Group } from '../../protocol/verdicts';
import type { CommandId } from '../contributions/manifest';
import type { EngineClient } from '../client/engineClient';
import { formatTime } from '../format/pointInTime';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { folderId, localFolders, type Targets } from '../targets/targets';
import { idOf, type PastNode } from './treeNode';
import { groupName } from './verdictWords';

/** What comparisons of an earlier window, or by earlier settings, found, in numbers. */
export interface PastFindings {
  /** Of the oldest comparison, in milliseconds since 1970. */
  readonly comparedAt: number;
  /** Of all folders together, without empty groups. */
  readonly groups: ReadonlyMap<Group, GroupTotals>;
}

/**
 * Remembers the totals of the latest comparisons, so that a window that has not compared yet shows how
 * it stood, without asking the bucket or looking at a file. Rows are not kept: nothing is known of them.
 */
export class PastTotals implements Disposable {
  readonly #engine: EngineClient;
  readonly #targets: Targets;
  readonly #memory: Memento;
  readonly #listening: Disposable;
  #notedAt = -Infinity;

  constructor(engine: EngineClient, targets: Targets, memory: Memento) {
    this.#engine = engine;
    this.#targets = targets;
    this.#memory = memory;
    this.#listening = engine.onDidChangeState(state => {
      if (state.comparisons.length > 0) this.#note(state);
    });
  }

  /** What was found where nothing is known now; `undefined` where nobody has compared. */
  get findings(): PastFindings | undefined {
    return isUnknown(this.#engine.state) ? sumOf(this.#current()) : undefined;
  }

  dispose(): void {
    this.#listening.dispose();
  }

  /** Those of the folders that are still backed up to the same place. */
  #current(): readonly Totals[] {
    const known = this.#known;
    return localFolders().flatMap(folder => {
      const status = this.#targets.statusOf(folder);
      if (status.kind !== 'known') return [];
      const { bucket, prefix } = status.target;
      return known.filter(
        each =>
          each.folder === folderId(folder) && each.bucket === bucket && each.prefix === prefix,
      );
    });
  }

  #note({ kind, comparisons }: State): void {
    // Each file of a batch changes them, and VS Code writes the memento to disk.
    if (kind === 'transferring' && Date.now() - this.#notedAt < minNoteIntervalMs) return;
    const totals = comparisons.map(totalsOf);
    const before = this.#known;
    const others = before.filter(({ folder }) => totals.every(each => each.folder !== folder));
    const after = [...others, ...totals];
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    this.#notedAt = Date.now();
    void this.#memory.update(memoryKey, after);
  }

  get #known(): readonly Totals[] {
    return this.#memory.get<readonly Totals[]>(memoryKey, []);
  }
}

type Totals = Pick<ComparisonTotals, 'folder' | 'bucket' | 'prefix' | 'comparedAt' | 'groups'>;

function totalsOf({ folder, bucket, prefix, comparedAt, groups }: ComparisonTotals): Totals {
  return { folder, bucket, prefix, comparedAt, groups };
}

function isUnknown({ kind, comparisons }: State): boolean {
  return comparisons.length === 0 && (kind === 'idle' || kind === 'compared');
}

function sumOf(all: readonly Totals[]): PastFindings | undefined {
  if (all.length === 0) return undefined;
  const found = groups.flatMap((group): readonly (readonly [Group, GroupTotals])[] => {
    const files = all.reduce((sum, { groups: each }) => sum + each[group].files, 0);
    const bytes = all.reduce((sum, { groups: each }) => sum + each[group].bytes, 0);
    return files === 0 ? [] : [[group, { files, bytes }]];
  });
  return {
    comparedAt: Math.min(...all.map(({ comparedAt }) => comparedAt)),
    groups: new Map(found),
  };
}

const memoryKey = 'lastTotals';

const minNoteIntervalMs = 2000;

/** The rows of what was found earlier, after the one that finds it anew. */
export function pastNodes(findings: PastFindings): PastNode[] {
  return (['compare', ...findings.groups.keys()] as const).map(row => ({
    kind: 'past',
    folder: '',
    row,
  }));
}

export function pastItem(node: PastNode, findings: PastFindings | undefined): TreeItem {
  return node.row === 'compare' ? compareItem(node) : pastGroupItem(node, node.row, findings);
}

function compareItem(node: PastNode): TreeItem {
  const title = l10n.t('Compare');
  const item = new TreeItem(title);
  item.id = idOf(node);
  item.iconPath = new ThemeIcon('refresh');
  item.description = l10n.t('to see how it is now');
  item.command = { command: 's3Backup.compare' satisfies CommandId, title };
  return item;
}

function pastGroupItem(node: PastNode, group: Group, findings: PastFindings | undefined): TreeItem {
  const name = groupName(group);
  const { files, bytes } = findings?.groups.get(group) ?? { files: 0, bytes: 0 };
  const size = bytes === 0 ? [] : [formatBytes(bytes)];
  const item = new TreeItem(name);
  item.id = idOf(node);
  // No shield, not even a grey one: nothing is known now.
  item.iconPath = new ThemeIcon('history', new ThemeColor('disabledForeground'));
  item.description = [formatCount(files), ...size].join(' · ');
  item.tooltip = l10n.t(
    'As of the comparison of {0}. This may have changed since.',
    formatTime(findings?.comparedAt ?? 0),
  );
  item.accessibilityInformation = {
    label: [name, l10n.t('{0} when last compared', formatFiles(files)), ...size].join(', '),
  };
  return item;
}
