import type { Engine } from '../../../src/engine/session/engine';
import type { FilePath } from '../../../src/protocol/folders';
import type { FileRow } from '../../../src/protocol/rows';
import { groups, type Group } from '../../../src/protocol/verdicts';

/** Each path's verdict in short, as `out-of-date content`, by the comparison at hand. */
export function verdictsInShort(engine: Engine, folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    groups.flatMap(group => fileRows(engine, folder, group)).map(row => [row.path, inShort(row)]),
  );
}

function fileRows(
  engine: Engine,
  folder: string,
  group: Group,
  path = '' as FilePath,
): readonly FileRow[] {
  const node = { folder, group, path };
  return engine
    .children({ node, layout: 'tree', offset: 0, limit: 1000 })
    .rows.flatMap(row => (row.kind === 'file' ? row : fileRows(engine, folder, group, row.path)));
}

function inShort({ verdict }: FileRow): string {
  switch (verdict.kind) {
    case 'up-to-date':
      return verdict.proof === 'name-and-time' || verdict.proof === 'unconfirmed'
        ? `${verdict.kind} ${verdict.proof}`
        : 'proved';
    case 'out-of-date':
    case 'changed-in-cloud':
      return `${verdict.kind} ${verdict.because}`;
    case 'missing-in-cloud':
      return verdict.safeAt === undefined ? verdict.kind : `${verdict.kind}, was there`;
    default:
      return verdict.kind;
  }
}
