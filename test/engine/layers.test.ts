import assert from 'node:assert/strict';

import { circlesAmong, readSourceFiles } from '../support/suite/sourceFiles';

/** What each room may import of the others, types included; itself and the protocol it always may. */
const engineRooms = roomTable({
  failures: '',
  ports: '',
  state: '',
  concurrency: 'failures',
  disk: 'failures ports',
  checksums: 'ports',
  config: 'failures',
  network: 'concurrency config failures',
  records: 'concurrency disk failures ports',
  scan: 'concurrency disk failures ports',
  s3: 'checksums config failures network ports',
  staging: 'disk failures records',
  compare: 'checksums concurrency config disk failures ports records scan',
  store: 'concurrency config disk failures network ports state',
  comparison: '<compare compare network state',
  batch: '<comparison comparison',
  verify: '<comparison comparison',
  backup: '<batch batch',
  restore: '<batch batch staging store',
  freeUp: '<batch batch staging store',
  schedule: '<backup backup store',
  session: '<schedule <restore <verify backup freeUp restore schedule verify',
  serve: 'concurrency failures ports records s3 session staging store',
});

/** Each of these may import what stands above it, and none beside it. */
const editorLayers = [
  'contributions format quickInput',
  'failures',
  'client targets',
  'view',
  'watch workbench',
  'hints batch overview',
  'setUp',
  'automation selection',
  'restore freeUp verify ignore',
  'backUp cloudCopies',
  'resolve',
].map(names => names.split(' '));

const editorRooms = new Map(
  editorLayers.flatMap((rooms, layer) =>
    rooms.map(room => [room, new Set(editorLayers.slice(0, layer).flat())] as const),
  ),
);

const files = readSourceFiles();
const paths = new Set(files.map(({ path }) => path));
const importersOf = new Map<string, string[]>();
for (const { path, imports } of files) {
  for (const to of imports) importersOf.set(to, [...(importersOf.get(to) ?? []), path]);
}

/** Short files with one importer, and why each stands by itself. */
const smallFiles: Readonly<Record<string, string>> = {
  'editor/automation/compareOnStartup': 'it waits for nothing, as back-up on save does',
  'editor/client/workerLimits': 'the measurements need them where there is no VS Code',
};

describe('The layers', () => {
  it('are those of the files that are there', () => {
    assert.ok(importersOf.get('@aws-sdk/client-s3')?.includes('engine/s3/s3Connection'));
    assert.ok(importersOf.get('protocol/plans')?.some(path => path.startsWith('engine/backup/')));
    for (const [part, rooms] of [
      ['engine', engineRooms],
      ['editor', editorRooms],
    ] as const) {
      const found = files.flatMap(({ path }) => roomIn(part, path) ?? []);
      assert.deepEqual([...new Set(found)].sort(), [...rooms.keys()].sort());
    }
  });

  it('are crossed downwards alone', () => {
    const crossings = files.flatMap(({ path, imports }) =>
      imports.filter(to => !mayImport(path, to)).map(to => `${path} imports ${to}`),
    );
    assert.deepEqual(crossings, []);
  });

  it('keep no files in circles, not even of types', () => {
    assert.deepEqual(circlesAmong(files), []);
  });

  it('leave few files outside a room, and no room within one', () => {
    for (const part of ['engine', 'editor']) {
      const own = files.filter(({ path }) => path.startsWith(`${part}/`));
      const outside = own.filter(({ path }) => path.split('/').length === 2);
      assert.ok(outside.length <= 6, outside.map(({ path }) => path).join(' '));
      assert.deepEqual(
        own.filter(({ path }) => path.split('/').length > 3),
        [],
      );
    }
  });
});

describe('A source file', () => {
  it('is not longer than 300 lines', () => {
    const long = files.filter(({ lines }) => lines > 300).map(({ path }) => path);
    assert.deepEqual(long, []);
  });

  it('is not so short that it could stand in the only one that imports it', () => {
    const small = files.filter(
      ({ path, lines }) =>
        lines <= 25 && importersOf.get(path)?.length === 1 && !path.startsWith('engine/ports/'),
    );
    assert.deepEqual(
      small.map(({ path }) => path),
      Object.keys(smallFiles).sort(),
    );
  });
});

/** The names after each room; `<room` stands for all that this one may import. */
function roomTable(
  table: Readonly<Record<string, string>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const rooms = new Map<string, ReadonlySet<string>>();
  for (const [room, names] of Object.entries(table)) {
    const allowed = names
      .split(' ')
      .filter(name => name !== '')
      .flatMap(name => (name.startsWith('<') ? [...(rooms.get(name.slice(1)) ?? [])] : [name]));
    rooms.set(room, new Set(allowed));
  }
  return rooms;
}

/** The room of a file of the engine or the editor; none for the files outside the rooms. */
function roomIn(part: string, path: string): string | undefined {
  const [first, room, file] = path.split('/');
  return first === part && file !== undefined ? room : undefined;
}

function mayImport(from: string, to: string): boolean {
  if (!paths.has(to)) return mayUsePackage(from, to);
  if (to.startsWith('protocol/')) return true;
  if (from.startsWith('webview/')) return to.startsWith('webview/');
  const part = from.startsWith('engine/') ? 'engine' : 'editor';
  if (from.startsWith('protocol/') || !to.startsWith(`${part}/`)) return false;
  const room = roomIn(part, from);
  const wanted = roomIn(part, to);
  if (room === undefined || room === wanted) return true;
  const rooms = part === 'engine' ? engineRooms : editorRooms;
  return wanted !== undefined && rooms.get(room)?.has(wanted) === true;
}

/**
 * The engine knows no editor, only its folder `s3` knows the SDK, a page knows what draws it, and the
 * protocol knows nothing.
 */
function mayUsePackage(from: string, name: string): boolean {
  if (from.startsWith('protocol/')) return false;
  if (from.startsWith('webview/')) return name === 'd3-hierarchy';
  if (name === 'vscode') return !from.startsWith('engine/');
  return !/^@(aws-sdk|smithy|aws-crypto)\//.test(name) || from.startsWith('engine/s3/');
}
