import assert from 'node:assert/strict';

import { failureText } from '../../../src/editor/failures/failureMessage';
import { statusBarWords } from '../../../src/editor/workbench/statusBar';
import type { ComparisonTotals } from '../../../src/protocol/comparisons';
import type { State } from '../../../src/protocol/state';
import { groups, type Group } from '../../../src/protocol/verdicts';

const now = 10 * 60_000;
const places = [{ folder: 'file:///w', bucket: 'b', prefix: 'p/' }];
const failure = { code: 'unreachable', subject: '', cause: undefined } as const;

function compared(files: Partial<Record<Group, number>>, more = {}): ComparisonTotals {
  const numbers = Object.fromEntries(groups.map(group => [group, files[group] ?? 0]));
  return {
    folder: 'file:///w',
    bucket: 'b',
    prefix: 'p/',
    comparedAt: now - 5 * 60_000,
    found: 0,
    groups: Object.fromEntries(
      groups.map(group => [group, { files: numbers[group], bytes: 0 }]),
    ) as ComparisonTotals['groups'],
    proved: files['up-to-date'] ?? 0,
    provedBytes: 0,
    unconfirmed: 0,
    unconfirmedBytes: 0,
    incomplete: undefined,
    shown: undefined,
    rows: numbers as ComparisonTotals['rows'],
    ...more,
  };
}

function words(state: Partial<State> & Pick<State, 'kind'>, known = {}) {
  const whole = { comparisons: [], unfinished: [], ...state } as State;
  const none = { unbound: [], pastAt: undefined, failures: [] };
  return statusBarWords({ state: whole, places, ...none, ...known }, now);
}

describe('The status bar', () => {
  it('has nothing of a workspace without a bucket', () => {
    assert.equal(words({ kind: 'idle' }, { places: [] }), undefined);
  });

  it('names the bucket, and how long ago it was compared in an earlier window', () => {
    assert.deepEqual(words({ kind: 'idle' }), { icon: 'cloud', text: 'b · not compared yet' });
    const later = words({ kind: 'idle' }, { pastAt: now - 2 * 60_000 });
    assert.equal(later?.text, 'b · last compared 2 min ago');
  });

  it('counts what is not proved to be safe, as the badge does', () => {
    const comparisons = [compared({ 'up-to-date': 3, 'missing-in-cloud': 2 }, { proved: 2 })];
    assert.deepEqual(words({ kind: 'compared', comparisons }), {
      icon: 'cloud-upload',
      text: 'b · 3 not safe · 5 min ago',
    });
  });

  it('calls all safe only where everything was compared and listed', () => {
    const whole = compared({ 'up-to-date': 3 });
    const safe = (comparisons: readonly ComparisonTotals[], known = {}) =>
      words({ kind: 'compared', comparisons }, known)?.text.includes('all safe');
    assert.equal(safe([whole]), true);
    assert.equal(safe([{ ...whole, incomplete: failure }]), false);
    assert.equal(
      safe([whole], { places: [...places, { folder: 'file:///x', bucket: 'b', prefix: 'q/' }] }),
      false,
    );
    assert.equal(safe([whole], { unbound: ['other'] }), false);
    const lost = { ...whole.groups, lost: { files: 1, bytes: 0 } };
    assert.equal(safe([{ ...whole, groups: lost }]), false);
    const failures = [{ folder: 'file:///w', failure }];
    const failed = words({ kind: 'failed', failures, comparisons: [whole] });
    assert.equal(failed?.text.includes('all safe'), false);
    assert.equal(failed.icon, 'warning');
  });

  it('says why what is done of its own accord has failed, and nowhere else', () => {
    const known = { failures: [failure, failure] };
    const shown = words({ kind: 'compared', comparisons: [compared({ 'up-to-date': 3 })] }, known);
    assert.equal(shown?.icon, 'warning');
    assert.equal(shown.text, `b · all safe · 5 min ago · ${failureText(failure)}`);
  });

  it('turns while something goes on', () => {
    const comparing = { folder: 'file:///w', localFiles: 0, cloudFiles: 0 };
    assert.deepEqual(words({ kind: 'comparing', ...comparing }), { icon: 'sync~spin', text: 'b' });
  });
});
