import assert from 'node:assert/strict';
import { join } from 'node:path';

import type { FinishedBatch } from '../../../src/editor/batch/finishedBatch';
import { reportText } from '../../../src/editor/batch/reportText';
import { leftAloneText } from '../../../src/editor/batch/reportWords';
import { reportRecord } from '../../../src/editor/batch/saveReport';
import { failureMessage, failureText } from '../../../src/editor/failures/failureMessage';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath } from '../../../src/protocol/folders';
import type { ReportEntry, RequestCounts } from '../../../src/protocol/reports';
import type { Work } from '../../../src/protocol/rows';

describe('A report', () => {
  const root = join('/', 'home', 'me', 'w');

  function batch(work: Work): FinishedBatch {
    const report = { work, planId: 1, planned: 5, done: 2, failed: 3, skipped: 0, cancelled: 0 };
    const setup = { id: 'f', folderId: 'f', name: 'w', root, bucket: 'b', prefix: 'p/' };
    const requests: RequestCounts = { LIST: 0, HEAD: 1, GET: 0, PUT: 1_205, POST: 0, other: 2 };
    return {
      report: {
        ...report,
        leftAlone: 0,
        bytes: 5,
        requests,
        reasons: {},
        attributesNotSet: 0,
        problems: [],
      },
      setups: [{ ...setup, innerRoots: [], kin: [], settings: {} }],
      conflicts: 0,
      endedAt: Date.UTC(2026, 10, 28),
    } as unknown as FinishedBatch;
  }

  function entry(path: string, code?: FailureCode): ReportEntry {
    return {
      kind: code === undefined ? 'done' : 'failed',
      folder: 'f',
      path: path as FilePath,
      bytes: 1,
      failure: code && { code, subject: path, cause: undefined },
    };
  }

  const entries = [
    entry('a', 'disk-full'),
    entry('b/c', 'access-denied'),
    entry('d', 'access-denied'),
    entry('e'),
    entry('f'),
  ];

  it('puts files with the same reason together, the commonest first', () => {
    const lines = reportText(batch('back-up'), entries).text.split('\n');
    const heading = (code: FailureCode, count: string) =>
      `${failureText({ code, subject: '', cause: undefined })}: ${count}`;
    const denied = lines.indexOf(heading('access-denied', '2 files'));
    assert.ok(denied > 0);
    assert.deepEqual(lines.slice(denied + 2, denied + 4), ['  b/c (1 B)', '  d (1 B)']);
    const full = lines.indexOf(heading('disk-full', '1 file'));
    assert.ok(full > denied);
    // What arrived has no reason to be told apart by.
    assert.deepEqual(lines.slice(-3), ['  e (1 B)', '  f (1 B)', '']);
  });

  it('says once what is true of many files, and of each what is true of it alone', () => {
    const gone = ['a', 'b', 'c'].map(path => entry(path, 'file-vanished'));
    const failure = { code: 'in-the-way', subject: 'd', cause: 'd/e' } as const;
    const inTheWay = [entry('d'), entry('f')].map((each, at) => ({
      ...each,
      kind: 'failed' as const,
      failure: { ...failure, subject: each.path, cause: `other ${String(at)}` },
    }));
    const { text, links } = reportText(batch('back-up'), [...gone, ...inTheWay]);
    const lines = text.split('\n');
    const saidOf = (each: ReportEntry) => each.failure && failureMessage(each.failure).text;
    const remarks = lines.filter(line => line.startsWith('      ')).map(line => line.trim());
    const shared = failureMessage({ code: 'file-vanished', subject: '…', cause: undefined }).text;
    assert.deepEqual(remarks, [shared, ...inTheWay.map(saidOf)]);
    for (const { range } of links) {
      const { line, character } = range.start;
      assert.match(lines[line]?.slice(character, range.end.character) ?? '', /^[a-f]$/);
    }
  });

  it('has what a message has no room for', () => {
    const place = '/proc/1/fd/20';
    const failure = { code: 'only-open', subject: 'a', cause: place } as const;
    const { text } = reportText(batch('free-up'), [{ ...entry('a'), kind: 'failed', failure }]);
    assert.ok(text.includes(place), text);
    assert.ok(!failureMessage(failure).text.includes(place));
  });

  it('tells what the store was asked, by kind, and nothing of what it was not asked', () => {
    const { text } = reportText(batch('back-up'), entries);
    assert.ok(text.includes('Requests meanwhile: 1 HEAD, 1,205 PUT, 2 others'), text);
  });

  it('leads to the files that are there', () => {
    const linked = (work: Work) => {
      const { text, links } = reportText(batch(work), entries);
      const lines = text.split('\n');
      return links.map(({ range: { start, end }, file }) => {
        const name = lines[start.line]?.slice(start.character, end.character) ?? '';
        assert.equal(file.fsPath, join(root, name));
        return name;
      });
    };
    assert.deepEqual(linked('back-up').toSorted(), ['a', 'b/c', 'd', 'e', 'f']);
    assert.deepEqual(linked('restore'), ['e', 'f']);
    assert.deepEqual(linked('trash').toSorted(), ['a', 'b/c', 'd']);
  });

  it('names what was left alone, with the reason, and counts it', () => {
    const leftAlone: readonly ReportEntry[] = [
      { ...entry('x'), kind: 'left-alone', because: 'changed-in-cloud' },
      { ...entry('y'), kind: 'left-alone', because: 'ignored' },
      { ...entry('z'), kind: 'left-alone', because: 'changed-in-cloud' },
    ];
    const plain = batch('back-up');
    const finished = { ...plain, report: { ...plain.report, leftAlone: 3 } };
    const all = [...entries.slice(0, 3), ...leftAlone, ...entries.slice(3)];
    const { text } = reportText(finished, all);
    assert.match(text, /2 files backed up, 3 failed, 3 left alone · /);
    const lines = text.split('\n');
    const start = lines.indexOf('Left Alone: 3 files') + 2;
    assert.deepEqual(lines.slice(start, start + 5), [
      `${leftAloneText('changed-in-cloud')}: 2 files`,
      '  x (1 B)',
      '  z (1 B)',
      `${leftAloneText('ignored')}: 1 file`,
      '  y (1 B)',
    ]);
    const saved = JSON.parse(JSON.stringify(reportRecord(finished, all))) as {
      readonly leftAlone: number;
      readonly filesNotKept?: number;
      readonly files: readonly { readonly outcome: string; readonly because?: string }[];
    };
    assert.deepEqual([saved.leftAlone, saved.filesNotKept], [3, undefined]);
    assert.deepEqual(
      saved.files.flatMap(({ outcome, because }) =>
        because === undefined ? [] : [outcome, because],
      ),
      ['left-alone', 'changed-in-cloud', 'left-alone', 'ignored', 'left-alone', 'changed-in-cloud'],
    );
  });

  it('is saved for programs with every file, its outcome and the code of its failure', () => {
    const saved = JSON.parse(JSON.stringify(reportRecord(batch('back-up'), entries))) as {
      readonly planned: number;
      readonly requests: RequestCounts;
      readonly files: readonly {
        readonly outcome: string;
        readonly path: string;
        readonly failure?: { readonly code: string };
      }[];
    };
    assert.equal(saved.planned, 5);
    assert.equal(saved.requests.PUT, 1_205);
    assert.deepEqual(
      saved.files.map(({ outcome, path, failure }) => [outcome, path, failure?.code]),
      [
        ['failed', 'a', 'disk-full'],
        ['failed', 'b/c', 'access-denied'],
        ['failed', 'd', 'access-denied'],
        ['done', 'e', undefined],
        ['done', 'f', undefined],
      ],
    );
  });
});
