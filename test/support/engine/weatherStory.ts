import assert from 'node:assert/strict';

import { Failure } from '../../../src/engine/failures/failure';
import type { FailureCode } from '../../../src/protocol/failures';
import type { Report, ReportEntry } from '../../../src/protocol/reports';

/** What a wire that breaks may keep a file, or a comparison, from getting through by. */
const explained: ReadonlySet<FailureCode> = new Set([
  'unreachable',
  'timed-out',
  'store-busy',
  'store-error',
  'clock-skew',
  'file-refused',
]);

/** What has happened so far. */
export class WeatherStory {
  compared = 0;
  stood = 0;
  readonly givenUp: Partial<Record<FailureCode, number>> = {};

  giveUp(code: FailureCode, times = 1): void {
    assert.ok(explained.has(code), `No fault explains ${code}.`);
    this.givenUp[code] = (this.givenUp[code] ?? 0) + times;
  }

  /** `taken` are the paths at which somebody else has stored a copy since the plan was made. */
  hear(report: Report, entries: readonly ReportEntry[], taken: ReadonlySet<string>): void {
    const { planned, done, failed, skipped, cancelled, leftAlone, bytes, reasons } = report;
    assert.equal(done + failed + skipped + cancelled, planned, 'The report adds up.');
    // Conflicts of an earlier try are no part of the plan, and named all the same.
    assert.equal(entries.filter(({ kind }) => kind === 'left-alone').length, leftAlone);
    assert.equal(entries.length, planned + leftAlone);
    const count = (kind: ReportEntry['kind']) => entries.filter(each => each.kind === kind).length;
    assert.deepEqual(
      [done, failed, skipped, cancelled],
      [count('done'), count('failed'), count('skipped'), count('cancelled')],
    );
    const arrived = entries.filter(({ kind }) => kind === 'done');
    assert.equal(
      arrived.reduce((sum, entry) => sum + entry.bytes, 0),
      bytes,
    );
    const met = entries.filter(({ failure }) => failure?.code === 'changed-in-cloud');
    assert.equal(met.length, skipped + cancelled, JSON.stringify(reasons));
    for (const { path } of met) assert.ok(taken.has(path), `Nobody has changed ${path}.`);
    for (const { path, failure } of entries) {
      if (failure === undefined || failure.code === 'changed-in-cloud') continue;
      assert.ok(explained.has(failure.code), `No fault explains ${failure.code} of ${path}.`);
      this.giveUp(failure.code);
    }
  }

  /** What failed for a reason that the faults explain gives nothing, and is to be tried again. */
  async tried<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.giveUp(error.code);
      return undefined;
    }
  }
}
