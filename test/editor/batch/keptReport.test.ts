import assert from 'node:assert/strict';
import type { Memento } from 'vscode';

import { keepReport, keptReport } from '../../../src/editor/batch/keptReport';
import { reportRecord } from '../../../src/editor/batch/saveReport';
import type { FinishedBatch } from '../../../src/editor/batch/finishedBatch';
import type { FilePath } from '../../../src/protocol/folders';
import type { ReportEntry, ReportRequest } from '../../../src/protocol/reports';

describe('A report for later windows', () => {
  function aMemory(): Memento {
    const kept = new Map<string, string>();
    return {
      keys: () => [...kept.keys()],
      get: (key: string) => {
        const text = kept.get(key);
        return text === undefined ? undefined : (JSON.parse(text) as never);
      },
      update: (key, value) => {
        kept.set(key, JSON.stringify(value));
        return Promise.resolve();
      },
    };
  }

  function aBatch(planned: number, leftAlone: number): FinishedBatch {
    const requests = { LIST: 0, HEAD: 0, GET: 0, PUT: 0, POST: 0, other: 0 };
    const counts = { planned, done: planned, failed: 0, skipped: 0, cancelled: 0, leftAlone };
    const bytes = 0;
    const report = { work: 'back-up', planId: 1, bytes, requests, reasons: {}, ...counts } as const;
    const setup = { id: 'f', folderId: 'f', name: 'f', root: '/f', bucket: 'b', prefix: 'f/' };
    return {
      report: { ...report, stopped: undefined, attributesNotSet: 0, problems: [] },
      setups: [{ ...setup, settings: { 'http.proxy': 'http://user:secret@proxy' } }],
      conflicts: 0,
      endedAt: 1_700_000_000_000,
    };
  }

  async function kept(planned: number, leftAlone = 0) {
    const memory = aMemory();
    const entries = Array.from({ length: planned + leftAlone }, (_, index): ReportEntry => {
      const path = `file-${String(index)}` as FilePath;
      return { kind: 'done', folder: 'f', path, bytes: 1, failure: undefined };
    });
    const sendRequest = (_: unknown, { offset, limit }: ReportRequest) =>
      Promise.resolve({ entries: entries.slice(offset, offset + limit), total: entries.length });
    await keepReport({ memory, engine: { sendRequest } as never }, aBatch(planned, leftAlone));
    const report = keptReport(memory);
    const record = report && reportRecord(report.batch, report.entries);
    return { memory, record, text: report?.shown.text ?? '' };
  }

  it('is there in the next one, with its files and without settings', async () => {
    const { memory, text } = await kept(2);
    assert.match(text, /file-0[^]*file-1/);
    assert.ok(!JSON.stringify(memory.keys().map(key => memory.get(key))).includes('secret'));
    assert.equal(keptReport(aMemory()), undefined);
  });

  it('is bounded, and says so', async () => {
    const { text, record } = await kept(1000);
    assert.match(text, /file-299\b/);
    assert.ok(!text.includes('file-300'));
    assert.match(text, /\b700\b/);
    const { files, filesNotKept } = record as { files: unknown[]; filesNotKept: number };
    assert.deepEqual([files.length, filesNotKept], [300, 700]);
  });

  it('counts what was left alone among the files that it does not name any more', async () => {
    const { text, record } = await kept(290, 20);
    assert.match(text, /\b10 more files\b/);
    const { leftAlone, filesNotKept } = record as { leftAlone: number; filesNotKept: number };
    assert.deepEqual([leftAlone, filesNotKept], [20, 10]);
  });
});
