import { join } from 'node:path';

import type { EngineOptions } from '../../../src/engine/session/engineServices';
import type { Engine } from '../../../src/engine/session/engine';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { PlanSummary, Scope } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import type { ConflictChoice, RestoreScope, RestoreSummary } from '../../../src/protocol/restore';
import type { FileRow, NodeId } from '../../../src/protocol/rows';
import { groups, type Group } from '../../../src/protocol/verdicts';
import { aFolder } from '../engine/aFolder';
import { startEngine } from '../engine/startEngine';
import type { MemoryBucket } from './memoryBucket';

export interface ProjectOptions extends Partial<EngineOptions> {
  readonly root: string;
  readonly bucket: MemoryBucket;
  readonly settings?: FolderSetup['settings'];
}

/** A folder on the disk, an engine that backs it up to a bucket in memory, and what tests ask of it. */
export class ProjectInMemory {
  readonly engine: Engine;
  readonly setup: FolderSetup;
  readonly #signal = new AbortController().signal;

  constructor({ root, settings = {}, ...options }: ProjectOptions) {
    this.engine = startEngine(options);
    this.setup = aFolder({ folderId: 'w', root, bucket: options.bucket.name, settings });
  }

  compare(): Promise<void> {
    return this.engine.compare([this.setup], this.#signal);
  }

  plan(scope: Scope): Promise<PlanSummary> {
    return this.engine.planBackUp({ folders: [{ setup: this.setup, scope }] }, this.#signal);
  }

  /** Plans and runs in one. */
  async backUp(scope: Scope): Promise<Report> {
    const { planId } = await this.plan(scope);
    return this.engine.run(planId, this.#signal);
  }

  planRestore(scope: RestoreScope): Promise<RestoreSummary> {
    return this.engine.planRestore({ folders: [{ setup: this.setup, scope }] }, this.#signal);
  }

  /** Plans and runs in one, with one decision for all conflicts. */
  async restore(scope: RestoreScope, choice: ConflictChoice = 'skip'): Promise<Report> {
    const { planId } = await this.planRestore(scope);
    this.engine.chooseConflicts({ planId, choice, except: [] });
    return this.engine.run(planId, this.#signal);
  }

  node(group: Group, path = ''): NodeId {
    return { folder: this.setup.id, group, path: path as FilePath };
  }

  /** Files on the disk, whatever is known of them. */
  resources(...paths: readonly string[]): Extract<Scope, { readonly kind: 'resources' }> {
    return { kind: 'resources', paths: paths.map(path => join(this.setup.root, path)) };
  }

  /** The rows of all files by their paths. */
  rows(): ReadonlyMap<string, FileRow> {
    const page = { layout: 'list', offset: 0, limit: 10_000 } as const;
    const rows = groups.flatMap(
      group => this.engine.children({ node: this.node(group), ...page }).rows,
    );
    return new Map(rows.flatMap(row => (row.kind === 'file' ? [[row.path, row] as const] : [])));
  }

  row(path: string): FileRow {
    const row = this.rows().get(path);
    if (row === undefined) throw new Error(`There is no row ${path}.`);
    return row;
  }
}
