import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';

import { compareFolder } from '../../../src/engine/compare/compare';
import { Comparison } from '../../../src/engine/comparison/comparison';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { ignoreFilesBelow } from '../../../src/engine/scan/ignoreFiles';
import type { FilePath } from '../../../src/protocol/folders';
import { groups } from '../../../src/protocol/verdicts';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { noReceipts } from '../../support/memory/recordsInMemory';
import { targetOf } from '../../support/memory/targetOf';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

describe('Ignored paths', () => {
  let folder: TemporaryFolder;
  let root: string;
  beforeEach(async () => {
    folder = await temporaryFolder('ignored');
    root = join(folder.path, 'w');
    mkdirSync(root);
  });
  afterEach(() => folder.remove());

  function exclude() {
    return new ExcludeRules(['node_modules'], ignoreFilesBelow(root, []));
  }

  async function compare(cloud: readonly string[]): Promise<Comparison> {
    const bucket = memoryBucket();
    for (const path of cloud) bucket.place(`w/${path}`, 'x');
    const { findings } = await compareFolder({
      root,
      bucket,
      prefix: 'w/',
      starts: ['' as FilePath],
      exclude: exclude(),
      rule: 'time',
      receipts: noReceipts(),
      signal: new AbortController().signal,
    });
    const comparison = new Comparison(targetOf({ bucket: 'memory', prefix: 'w/' }));
    for (const finding of findings) comparison.place(finding);
    assert.equal(comparison.size, [...findings].length, 'Each path is found once.');
    return comparison;
  }

  function rows(comparison: Comparison): Record<string, string> {
    const words = [...comparison.entries()].map(({ path, verdict }) => {
      if (verdict.kind === 'unchecked') return [path, verdict.failure.code];
      if (verdict.kind !== 'ignored') return [path, verdict.kind];
      return [path, `${verdict.because.kind} ${String(verdict.hiddenCopies)}`];
    });
    return Object.fromEntries(words) as Record<string, string>;
  }

  it('are not walked into, and their copies are a number', async () => {
    await writeTree(root, {
      'd/.s3backupignore': '/out/\n*.tmp\n',
      'd/out/a': 'x',
      'd/out/deep/b': 'x',
      'd/e/c.tmp': 'x',
      'out/a': 'x',
    });
    const comparison = await compare(['d/out/a', 'd/out/gone', 'd/e/old.tmp', 'd/e/gone', 'd/x']);
    assert.deepEqual(rows(comparison), {
      'd/.s3backupignore': 'missing-in-cloud',
      'd/out': 'rule 2',
      'd/e/c.tmp': 'rule 0',
      'd/e/old.tmp': 'rule 1',
      'd/e/gone': 'only-in-cloud',
      'd/x': 'only-in-cloud',
      'out/a': 'missing-in-cloud',
    });
  });

  it('are not known below a file that cannot be read, on neither side', async () => {
    await writeTree(root, { 'd/.s3backupignore': Buffer.from([0xff]), 'd/a': 'x', 'd/e/f': 'x' });
    const comparison = await compare(['d/a', 'd/e/f', 'd/gone', 'd/gone/deep', 'e']);
    const unknown = 'ignore-file-unreadable';
    assert.deepEqual(rows(comparison), {
      'd/.s3backupignore': unknown,
      'd/a': unknown,
      'd/e': unknown,
      'd/e/f': unknown,
      'd/gone': unknown,
      'd/gone/deep': unknown,
      e: 'only-in-cloud',
    });
  });

  /* Nothing is lost on the way into the groups, and nothing is counted twice. */

  const names = fc.constantFrom('a', 'b', 'c', 'node_modules', 'x.log');
  const paths = fc.array(names, { minLength: 1, maxLength: 4 }).map(all => all.join('/'));
  const lines = fc.constantFrom(
    'a',
    '!a',
    '/b',
    'b/',
    '*.log',
    '!x.log',
    'a/*',
    '!node_modules',
    '*',
  );
  const worlds = fc.record({
    files: fc.uniqueArray(paths, { maxLength: 10 }),
    links: fc.uniqueArray(paths, { maxLength: 2 }),
    cloud: fc.uniqueArray(paths, { maxLength: 12 }),
    ignoreFiles: fc.array(
      fc.tuple(
        fc.oneof(fc.constant(''), paths),
        fc.oneof(
          { weight: 9, arbitrary: fc.array(lines).map(all => Buffer.from(all.join('\n'))) },
          fc.constant(Buffer.from([0xff])),
        ),
      ),
      { maxLength: 4 },
    ),
  });

  /** Where nothing else stands in the way. */
  function make(path: string, create: (absolute: string) => void): void {
    const absolute = join(root, path);
    try {
      mkdirSync(dirname(absolute), { recursive: true });
      create(absolute);
    } catch {
      // Then not.
    }
  }

  function local(path: string) {
    try {
      return lstatSync(join(root, path));
    } catch {
      // Nothing is there, or a file above it.
      return undefined;
    }
  }

  it('take no file and no copy out of the sum of all groups', async function () {
    if (process.platform === 'win32') this.skip();
    await assertProperty(
      fc.asyncProperty(worlds, async ({ files, links, cloud, ignoreFiles }) => {
        rmSync(root, { recursive: true });
        mkdirSync(root);
        for (const [at, content] of ignoreFiles) {
          make(`${at}/.s3backupignore`, path => {
            writeFileSync(path, content);
          });
        }
        for (const path of links) {
          make(path, absolute => {
            symlinkSync('nowhere', absolute);
          });
        }
        for (const path of files) {
          make(path, absolute => {
            writeFileSync(absolute, 'x');
          });
        }
        const comparison = await compare(cloud);
        const entries = [...comparison.entries()];
        const { found, groups: totals } = comparison.totals();
        assert.equal(
          groups.reduce((sum, group) => sum + totals[group].files, 0),
          found,
        );
        const copies = entries.map(({ verdict, cloud: copy }) =>
          verdict.kind === 'ignored' ? verdict.hiddenCopies : copy === undefined ? 0 : 1,
        );
        assert.equal(
          copies.reduce((sum, count) => sum + count, 0),
          cloud.length,
        );
        const rules = exclude();
        for (const { path, verdict } of entries) {
          const ruled = rules.find(path, local(path)?.isDirectory() === true ? 'folder' : 'file');
          if (verdict.kind === 'only-in-cloud') {
            assert.equal(ruled, undefined, path);
            assert.equal(local(path), undefined, path);
          }
          if (ruled?.ruling.kind === 'ignored') assert.equal(verdict.kind, 'ignored', path);
          if (verdict.kind === 'missing-in-cloud') assert.equal(ruled, undefined, path);
        }
        for (const path of files.filter(each => local(each)?.isFile() === true)) {
          const above = entries.find(each => each.isFolder && path.startsWith(`${each.path}/`));
          const own = comparison.get(path as FilePath);
          assert.ok(above ?? own, `${path} stands in a row`);
          // Of a folder that could not be read, copies in the bucket are known all the same.
          if (above !== undefined && own !== undefined) {
            assert.equal(above.verdict.kind, 'unchecked');
            assert.equal(own.verdict.kind, 'unchecked');
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
