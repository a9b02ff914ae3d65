import assert from 'node:assert/strict';
import fc from 'fast-check';

import type { Finding } from '../../../src/engine/compare/finding';
import { Comparison } from '../../../src/engine/comparison/comparison';
import { bytesOf } from '../../../src/engine/comparison/entry';
import { rootPath, type FilePath } from '../../../src/protocol/folders';
import {
  shadeOf,
  shades,
  type Overview,
  type OverviewPart,
  type ShadeSum,
} from '../../../src/protocol/overview';
import { isNotBackedUp, type Verdict } from '../../../src/protocol/verdicts';
import { aCloudFile, aLocalFile } from '../../support/engine/aFile';
import { targetOf } from '../../support/memory/targetOf';
import { assertProperty } from '../../support/suite/assertProperty';

const verdicts: readonly Verdict[] = [
  { kind: 'missing-in-cloud' },
  { kind: 'out-of-date', because: 'size' },
  { kind: 'up-to-date', proof: 'receipt' },
  { kind: 'up-to-date', proof: 'name-and-time' },
  { kind: 'up-to-date', proof: 'unconfirmed', asOf: 1 },
  { kind: 'changed-in-cloud', because: 'both' },
  { kind: 'only-in-cloud' },
  { kind: 'lost', safeAt: 1 },
  { kind: 'unchecked', failure: { code: 'not-readable', subject: 'x', cause: undefined } },
  { kind: 'ignored', because: { kind: 'link' }, hiddenCopies: 0 },
];

function finding(path: string, verdict: Verdict, size: number): Finding {
  const at = path as FilePath;
  const isCloudAlone = verdict.kind === 'only-in-cloud';
  return {
    path: at,
    isFolder: false,
    local: isCloudAlone ? undefined : aLocalFile({ path: at, size }),
    cloud: isCloudAlone ? aCloudFile({ path: at, size }) : undefined,
    verdict,
  };
}

function comparisonOf(files: readonly Finding[]): Comparison {
  const comparison = new Comparison(targetOf({ bucket: 'b', prefix: 'w/' }));
  for (const each of files) comparison.place(each);
  return comparison;
}

function asked(comparison: Comparison, path: string, skip: number, limit: number): Overview {
  const found = comparison.overview({ path: path as FilePath, skip, limit });
  assert.ok(found);
  return found;
}

function sumsOf(part: OverviewPart): readonly ShadeSum[] {
  return part.kind === 'file' ? [{ shade: part.shade, files: 1, bytes: part.bytes }] : part.sums;
}

function added(all: readonly ShadeSum[]): readonly ShadeSum[] {
  return shades.flatMap(shade => {
    const own = all.filter(each => each.shade === shade);
    const files = own.reduce((sum, each) => sum + each.files, 0);
    const bytes = own.reduce((sum, each) => sum + each.bytes, 0);
    return files > 0 ? [{ shade, files, bytes }] : [];
  });
}

function* allParts(parts: readonly OverviewPart[]): Generator<OverviewPart> {
  for (const part of parts) {
    yield part;
    if (part.kind === 'folder') yield* allParts(part.parts ?? []);
  }
}

/** Every file below a place, by looking into each folder and each rest as a user can. */
function* filesBelow(
  comparison: Comparison,
  path: string,
  limit: number,
  skip = 0,
): Generator<string> {
  const { root } = asked(comparison, path, skip, limit);
  for (const part of root.parts ?? []) {
    if (part.kind === 'file') yield part.row.path;
    if (part.kind === 'folder') yield* filesBelow(comparison, part.path, limit);
    if (part.kind === 'rest') yield* filesBelow(comparison, path, limit, part.skip);
  }
}

const randomFiles = fc.uniqueArray(
  fc.record({
    path: fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 4 })
      .map(names => names.join('/')),
    verdict: fc.constantFrom(...verdicts),
    size: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(100_000)),
    end: fc.constantFrom('placed', 'finished', 'removed'),
  }),
  { selector: ({ path }) => path, maxLength: 60 },
);

describe('The overview of a comparison', () => {
  it('adds up at every depth, holds nothing twice, and keeps to its limit', () => {
    assertProperty(
      fc.property(randomFiles, fc.integer({ min: 2, max: 40 }), (files, limit) => {
        const comparison = comparisonOf([]);
        for (const { path, verdict, size, end } of files) {
          comparison.place(finding(path, { kind: 'missing-in-cloud' }, size));
          if (end === 'placed') comparison.place(finding(path, verdict, size));
          // Its row stands in the old group for a moment.
          if (end === 'finished') comparison.finish(finding(path, verdict, size), 'back-up');
          if (end === 'removed') comparison.remove(path as FilePath);
        }
        const counted = [...comparison.entries()].flatMap(entry => {
          const { path, verdict } = entry;
          const shade = shadeOf(verdict);
          return shade === undefined ? [] : [{ path, shade, files: 1, bytes: bytesOf(entry) }];
        });
        const found = comparison.overview({ path: rootPath, skip: 0, limit });
        if (counted.length === 0) {
          assert.deepEqual(found?.root.sums ?? [], []);
          comparison.dispose();
          return;
        }
        assert.ok(found);
        assert.deepEqual(found.root.sums, added(counted));
        const parts = [...allParts(found.root.parts ?? [])];
        assert.ok(parts.length <= limit, `${String(parts.length)} of ${String(limit)}`);
        for (const part of [found.root, ...parts]) {
          if (part.kind !== 'folder' || part.parts === undefined) continue;
          assert.deepEqual(added(part.parts.flatMap(sumsOf)), part.sums);
        }
        const each = [...filesBelow(comparison, '', limit)];
        assert.deepEqual(each.sort(), counted.map(({ path }) => path).sort());
        const atRisk = counted.filter(({ path }) => {
          const kind = comparison.get(path)?.verdict.kind;
          return kind !== undefined && isNotBackedUp(kind);
        });
        const sizes = atRisk.map(({ bytes }) => bytes).sort((one, other) => other - one);
        assert.deepEqual(
          found.atRisk.map(({ local, cloud }) => (local ?? cloud)?.size ?? 0),
          sizes.slice(0, 10),
        );
        comparison.dispose();
      }),
      { numRuns: 300 },
    );
  });

  it('tells of a hundred thousand files no more than what can be seen', () => {
    const many = Array.from({ length: 100_000 }, (_, index) =>
      finding(`logs/${String(index % 50)}/${String(index)}`, { kind: 'missing-in-cloud' }, 10),
    );
    const big = finding('film.mp4', { kind: 'up-to-date', proof: 'receipt' }, 2_000_000);
    const { root } = asked(comparisonOf([...many, big]), '', 0, 400);
    const parts = [...allParts(root.parts ?? [])];
    // The film, the folder of the logs, and each folder in it: its files are too small to be seen.
    assert.equal(parts.length, 52);
    assert.equal(parts[0]?.kind, 'file');
  });

  it('makes one part of the small files of a folder, and tells them when that is asked for', () => {
    const small = Array.from({ length: 250 }, (_, index) =>
      finding(`small${String(index).padStart(3, '0')}`, { kind: 'missing-in-cloud' }, 1),
    );
    const big = finding('big', { kind: 'missing-in-cloud' }, 1_000_000);
    const comparison = comparisonOf([big, ...small]);
    const first = asked(comparison, '', 0, 400).root.parts ?? [];
    assert.equal(first.length, 101);
    const rest = first.at(-1);
    assert.ok(rest?.kind === 'rest');
    assert.deepEqual(rest.sums, [{ shade: 'missing-in-cloud', files: 151, bytes: 151 }]);
    const { root } = asked(comparison, '', rest.skip, 400);
    assert.deepEqual(root.sums, rest.sums);
    // Of these alone, each can be seen.
    assert.equal(root.parts?.length, 151);
  });

  it('says where there is nothing', () => {
    const comparison = comparisonOf([finding('a/b', { kind: 'missing-in-cloud' }, 1)]);
    assert.equal(comparison.overview({ path: 'gone' as FilePath, skip: 0, limit: 10 }), null);
  });
});
