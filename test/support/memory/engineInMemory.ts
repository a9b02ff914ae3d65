import { join } from 'node:path';

import type { Engine } from '../../../src/engine/session/engine';
import type { EngineOptions } from '../../../src/engine/session/createEngine';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { PlanSummary, Scope } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import type { ConflictChoice, RestoreScope, RestoreSummary } from '../../../src/protocol/restore';
import type { FileRow, NodeId } from '../../../src/protocol/rows';
import { groups, type Group } from '../../../src/protocol/verdicts';
import type { MemoryBucket } from './memoryBucket';
import { startEngine } from '../engine/startEngine';
import { aFolder } from '../engine/aFolder';

/** The engine over a bucket in memory and a folder on the disk, with what tests ask of it. */
export interface BackupInMemory {
  readonly backup: Engine;
  readonly setup: FolderSetup;
  compare(): Promise<void>;
  plan(scope: Scope): Promise<PlanSummary>;
  /** Plans and runs in one. */
  backUp(scope: Scope): ReturnType<Engine['run']>;
  planRestore(scope: RestoreScope): Promise<RestoreSummary>;
  /** Plans and runs in one, with one decision for all conflicts. */
  restore(scope: RestoreScope, choice?: ConflictChoice): Promise<Report>;
  node(group: Group, path?: string): NodeId;
  /** Files on the disk, whatever is known of them. */
  resources(...paths: readonly string[]): Scope;
  /** The rows of all files by their paths. */
  rows(): ReadonlyMap<string, FileRow>;
  row(path: string): FileRow;
}

export function backupInMemory(
  root: string,
  bucket: MemoryBucket,
  settings: FolderSetup['settings'] = {},
  options: Partial<EngineOptions> = {},
): BackupInMemory {
  const backup = startEngine({
    bucket,
    ...options,
  });
  const signal = new AbortController().signal;
  const setup: FolderSetup = aFolder({
    folderId: 'w',
    root,
    bucket: bucket.name,
    settings,
  });
  const node = (group: Group, path = ''): NodeId => ({
    folder: setup.id,
    group,
    path: path as FilePath,
  });
  const rowsOf = (group: Group): readonly FileRow[] =>
    backup
      .children({ node: node(group), layout: 'list', offset: 0, limit: 10_000 })
      .rows.flatMap(row => (row.kind === 'file' ? row : []));
  const planRestore = (scope: RestoreScope) =>
    backup.planRestore({ folders: [{ setup, scope }] }, signal);
  const plan = (scope: Scope) => backup.plan({ folders: [{ setup, scope }] }, signal);
  const rows = () => new Map<string, FileRow>(groups.flatMap(rowsOf).map(row => [row.path, row]));
  return {
    backup,
    setup,
    node,
    plan,
    planRestore,
    async restore(scope, choice = 'skip') {
      const { planId } = await planRestore(scope);
      backup.chooseConflicts({ planId, choice, except: [] });
      return backup.run(planId, signal);
    },
    rows,
    compare: () => backup.compare([setup], signal),
    backUp: async scope => backup.run((await plan(scope)).planId, signal),
    resources: (...paths) => ({ kind: 'resources', paths: paths.map(path => join(root, path)) }),
    row(path) {
      const row = rows().get(path);
      if (row === undefined) throw new Error(`There is no row ${path}.`);
      return row;
    },
  };
}
