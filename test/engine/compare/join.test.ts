import assert from 'node:assert/strict';
import fc from 'fast-check';

import { CloudFiles } from '../../../src/engine/scan/cloudFiles';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { readKey } from '../../../src/engine/disk/objectKey';
import {
  joinSides,
  type JoinRules,
  type LocalLeaf,
  type SetAside,
  type Sides,
} from '../../../src/engine/compare/join';
import { TimeSlice } from '../../../src/engine/concurrency/timeSlice';
import type { FailureRecord } from '../../../src/protocol/failures';
import type { FilePath } from '../../../src/protocol/folders';
import type { IgnoreReason } from '../../../src/protocol/verdicts';
import { assertProperty } from '../../support/suite/assertProperty';
import { aCloudFile } from '../../support/engine/aFile';

/** A disk as a tree: what is at each name. Folders that excluded names stand for hold nothing. */
type DiskNode = 'file' | 'link' | 'fifo' | 'unreadable-file' | 'unreadable-folder' | DiskFolder;
interface DiskFolder {
  readonly [name: string]: DiskNode;
}

interface World {
  readonly disk: DiskFolder;
  readonly prefix: string;
  readonly keys: readonly string[];
  readonly incomplete: boolean;
}

const patterns = ['node_modules', '*.log'];
const exclude = new ExcludeRules(patterns);
const brokenOff: FailureRecord = { code: 'unreachable', subject: 'bucket', cause: undefined };
const denied: FailureRecord = { code: 'not-readable', subject: 'x', cause: undefined };
const storedAt = 1_700_000_000_000;

const names = ['a', 'b', 'a.txt', 'node_modules', 'x.log', '...', 'e\u0301', 'é', '__proto__'];

const disks = fc.letrec<{ node: DiskNode; folder: DiskFolder }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    { weight: 4, arbitrary: fc.constant<DiskNode>('file') },
    fc.constantFrom<DiskNode>('link', 'fifo', 'unreadable-file', 'unreadable-folder'),
    { weight: 4, arbitrary: tie('folder') },
  ),
  folder: fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 4 }),
})).folder;

const rests = fc
  .array(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, fc.constantFrom('', '.', '..')),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map(segments => segments.join('/'))
  // That is how the marker of the prefix itself is shown.
  .filter(rest => rest !== './');

const worlds: fc.Arbitrary<World> = fc
  .record({
    disk: disks,
    prefix: fc.constantFrom('', 'a/', 'proj/'),
    rests: fc.uniqueArray(rests, { maxLength: 12 }),
    incomplete: fc.boolean(),
  })
  .map(({ rests: all, ...world }) => ({
    ...world,
    keys: all.map(rest => world.prefix + rest).filter(key => key !== ''),
  }));

/** What a scan and a listing of such a world give. */
function sidesOf({ disk, prefix, keys }: World): Sides {
  const local = new Map<FilePath, LocalLeaf>();
  const folders = new Set<FilePath>(['' as FilePath]);
  const scan = (folder: DiskFolder, above: string) => {
    for (const [name, node] of Object.entries(folder)) {
      const path = (above + name) as FilePath;
      const isFolder = typeof node === 'object' || node === 'unreadable-folder';
      const ruling = exclude.match(path, isFolder ? 'folder' : 'file');
      if (ruling?.kind === 'ignored') {
        local.set(path, { ...ruling, path, isFolder });
      } else if (node === 'link') {
        local.set(path, { kind: 'ignored', path, isFolder, because: { kind: 'link' } });
      } else if (node === 'fifo') {
        local.set(path, { kind: 'ignored', path, isFolder, because: { kind: 'special-file' } });
      } else if (node === 'file') {
        local.set(path, { kind: 'file', file: localFile(path) });
      } else {
        if (isFolder) folders.add(path);
        if (typeof node === 'object') scan(node, `${path}/`);
        else local.set(path, { kind: 'unreadable', path, isFolder, failure: denied });
      }
    }
  };
  scan(disk, '');
  const cloud = new CloudFiles();
  const setAside: SetAside[] = [];
  for (const key of keys) {
    const reading = readKey(prefix, key);
    const common = { size: 1, etag: 'e', modifiedAtMs: storedAt };
    if (reading.kind === 'path') {
      cloud.put({ ...common, path: reading.path, storageClass: undefined });
    } else {
      setAside.push({ ...common, kind: 'set-aside', key, fault: reading.because });
    }
  }
  return { local, folders, cloud, setAside, receipts: new Map(), readings: new Map() };
}

/** Judged without a look at the content: older than any copy, and as large. */
function localFile(path: FilePath) {
  const mtimeNs = BigInt(storedAt - 60_000) * 1_000_000n;
  return { path, size: 1, mtimeNs, ctimeNs: mtimeNs, inode: 1n };
}

/** What should be said of each path, found the slow way: key by key, down the tree. */
function expectedRows(world: World): Map<string, string> {
  const rows = new Map<string, string>();
  const hiddenCopies = new Map<string, number>();
  const standing = new Map<string, string>();

  const walk = (folder: DiskFolder, above: string) => {
    for (const [name, node] of Object.entries(folder)) {
      const path = above + name;
      if (isExcluded(name)) standing.set(path, 'ignored rule');
      else if (node === 'link') standing.set(path, 'ignored link');
      else if (node === 'fifo') standing.set(path, 'ignored special-file');
      else if (node === 'file') {
        if (world.keys.includes(world.prefix + path)) standing.set(path, 'up-to-date');
        else standing.set(path, world.incomplete ? 'unchecked unreachable' : 'missing-in-cloud');
      } else if (typeof node === 'string') standing.set(path, 'unchecked not-readable');
      else walk(node, `${path}/`);
    }
  };
  walk(world.disk, '');

  for (const key of world.keys) {
    const rest = key.slice(world.prefix.length);
    const segments = rest.split('/');
    if (segments.some(segment => ['', '.', '..'].includes(segment))) {
      rows.set(`key ${key}`, 'ignored not-a-path 1');
      continue;
    }
    placeOne(rest, segments, world.disk, rows, hiddenCopies);
  }
  for (const [path, what] of standing) {
    rows.set(
      path,
      what.startsWith('ignored') ? `${what} ${String(hiddenCopies.get(path) ?? 0)}` : what,
    );
  }
  for (const [path, count] of hiddenCopies) {
    if (!standing.has(path)) rows.set(path, `ignored rule ${String(count)}`);
  }
  return rows;
}

function placeOne(
  path: string,
  segments: readonly string[],
  disk: DiskFolder,
  rows: Map<string, string>,
  hiddenCopies: Map<string, number>,
): void {
  const hideBelow = (row: string) => {
    hiddenCopies.set(row, (hiddenCopies.get(row) ?? 0) + 1);
  };
  let here: DiskNode | undefined = disk;
  for (const [index, name] of segments.entries()) {
    const at = segments.slice(0, index + 1).join('/');
    const isLast = index === segments.length - 1;
    here = typeof here === 'object' && Object.hasOwn(here, name) ? here[name] : undefined;
    if (here === undefined) {
      if (isExcluded(name)) {
        hideBelow(at);
        return;
      }
      if (isLast) rows.set(path, 'only-in-cloud');
      continue;
    }
    const isFolder = typeof here === 'object' || here === 'unreadable-folder';
    if (isExcluded(name)) {
      if (isLast || isFolder) hideBelow(at);
      else rows.set(path, 'ignored below-local-file 1');
      return;
    }
    if (here === 'link') {
      hideBelow(at);
      return;
    }
    if (here === 'unreadable-file' || here === 'unreadable-folder') {
      if (!isLast) rows.set(path, 'unchecked not-readable');
      return;
    }
    if (typeof here === 'string') {
      if (!isLast) rows.set(path, 'ignored below-local-file 1');
      else if (here === 'fifo') hideBelow(at);
      return;
    }
    if (isLast) rows.set(path, 'ignored namesake-is-folder 1');
  }
}

function isExcluded(name: string): boolean {
  return name === 'node_modules' || name.endsWith('.log');
}

function reason(because: IgnoreReason): string {
  return because.kind;
}

async function join(sides: Sides, rules: JoinRules) {
  const slice = new TimeSlice(new AbortController().signal);
  const { findings, questions } = await joinSides(sides, rules, slice);
  return { findings: [...findings], questions };
}

describe('join', () => {
  it('says of every path, once, what going through the keys one by one says', async () => {
    await assertProperty(
      fc.asyncProperty(worlds, async world => {
        const sides = sidesOf(world);
        const { findings, questions } = await join(sides, {
          prefix: world.prefix,
          exclude,
          clockOffsetMs: 0,
          rule: 'smart',
          incomplete: world.incomplete ? brokenOff : undefined,
        });
        assert.deepEqual(questions, []);
        const rows = new Map<string, string>();
        for (const { verdict, path, cloud } of findings) {
          let said: string = verdict.kind;
          let row: string = path;
          if (verdict.kind === 'unchecked') said += ` ${verdict.failure.code}`;
          if (verdict.kind === 'ignored') {
            said += ` ${reason(verdict.because)} ${String(verdict.hiddenCopies)}`;
            if (verdict.because.kind === 'not-a-path') {
              assert.notEqual(cloud, undefined);
              row = `key ${world.prefix}${path === './' ? '' : path}`;
            }
          }
          rows.set(row, said);
        }
        assert.deepEqual(sorted(rows), sorted(expectedRows(world)));
        assert.equal(new Set(findings.map(({ path }) => path)).size, findings.length);
        assert.ok(findings.every(({ path }) => path !== ''));
        if (world.incomplete) {
          assert.ok(findings.every(({ verdict }) => verdict.kind !== 'missing-in-cloud'));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('tells the marker of the prefix from the marker of a folder of the same name', async () => {
    const keys = ['proj/', 'proj/proj/'];
    const sides = sidesOf({ disk: {}, prefix: 'proj/', keys, incomplete: false });
    const rules = {
      prefix: 'proj/',
      exclude,
      clockOffsetMs: 0,
      rule: 'smart' as const,
      incomplete: undefined,
    };
    const { findings } = await join(sides, rules);
    assert.deepEqual(findings.map(({ path }) => path).sort(), ['./', 'proj/']);
  });

  it('counts the bucket’s hidden copies below an ignored folder on its row, with or without the folder', async () => {
    const keys = ['node_modules/a', 'node_modules/b/c', 'x/node_modules/d'];
    for (const disk of [
      { node_modules: {}, x: {} },
      { x: { node_modules: 'link' as const } },
      {},
    ]) {
      const { findings } = await join(sidesOf({ disk, prefix: '', keys, incomplete: false }), {
        prefix: '',
        exclude,
        clockOffsetMs: 0,
        rule: 'smart',
        incomplete: undefined,
      });
      const counts = findings.map(({ path, verdict }) => [
        path,
        verdict.kind === 'ignored' ? verdict.hiddenCopies : verdict.kind,
      ]);
      assert.deepEqual(
        new Map(counts as [string, unknown][]).get('node_modules'),
        2,
        JSON.stringify(disk),
      );
    }
  });

  it('does not call a file missing whose key would be too long', async () => {
    const path = 'é'.repeat(512) as FilePath;
    const local = new Map<FilePath, LocalLeaf>([[path, { kind: 'file', file: localFile(path) }]]);
    const sides = {
      local,
      folders: new Set<FilePath>(),
      cloud: new CloudFiles(),
      setAside: [],
      receipts: new Map(),
      readings: new Map(),
    };
    const rules = { exclude, clockOffsetMs: 0, rule: 'smart', incomplete: undefined } as const;
    const verdictUnder = async (prefix: string) =>
      (await join(sides, { ...rules, prefix })).findings[0]?.verdict;
    assert.equal((await verdictUnder(''))?.kind, 'missing-in-cloud');
    const verdict = await verdictUnder('p/');
    assert.ok(verdict?.kind === 'unchecked' && verdict.failure.code === 'key-too-long');
  });

  it('asks for the content of files that are newer and as large', async () => {
    const path = 'a' as FilePath;
    const file = { ...localFile(path), mtimeNs: BigInt(storedAt + 60_000) * 1_000_000n };
    const cloud = aCloudFile({ path, modifiedAtMs: storedAt });
    const files = new CloudFiles();
    files.put(cloud);
    const { findings, questions } = await join(
      {
        local: new Map([[path, { kind: 'file', file }]]),
        folders: new Set(),
        cloud: files,
        setAside: [],
        receipts: new Map(),
        readings: new Map(),
      },
      { prefix: '', exclude, clockOffsetMs: 0, rule: 'smart' as const, incomplete: undefined },
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(
      questions.map(question => [question.local, question.cloud]),
      [[file, cloud]],
    );
  });
});

function sorted(rows: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1));
}
