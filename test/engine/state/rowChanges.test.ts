import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { RowChanges } from '../../../src/engine/state/rowChanges';
import type { Activity, ChangedRow } from '../../../src/protocol/rows';
import type { Group } from '../../../src/protocol/verdicts';
import { aFileRow } from '../../support/engine/aFile';

describe('RowChanges', () => {
  let news: RowChanges;
  let told: (readonly [string, readonly Group[]])[];
  let rows: (readonly ChangedRow[])[];

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    told = [];
    rows = [];
    news = new RowChanges(
      (folder, groups, changed) => {
        told.push([folder, groups]);
        rows.push(changed);
      },
      () => Date.now(),
    );
  });
  afterEach(() => {
    news.dispose();
    mock.timers.reset();
  });

  const underWay: Activity = { kind: 'under-way', work: 'back-up' };

  function row(path: string, activity: Activity): ChangedRow {
    return { group: 'missing-in-cloud', row: aFileRow(path, { activity }) };
  }

  function paths(): readonly (readonly string[])[] {
    return rows.map(changed => changed.map(each => each.row.path));
  }

  it('gathers the groups of each folder, and tells them at most ten times a second', () => {
    for (let ms = 0; ms < 1_000; ms++) {
      news.add('one', ['ignored']);
      mock.timers.tick(1);
    }
    mock.timers.tick(100);
    assert.ok(told.length <= 11 && told.length >= 9, String(told.length));
    told = [];
    news.add('one', ['ignored', 'lost']);
    news.add('two', ['ignored']);
    news.add('one', ['lost', 'unchecked']);
    mock.timers.tick(100);
    assert.deepEqual(told, [
      ['one', ['ignored', 'lost', 'unchecked']],
      ['two', ['ignored']],
    ]);
    mock.timers.tick(1_000);
    assert.equal(told.length, 2);
  });

  it('tells at once where it is flushed, and not again', () => {
    news.add('one', ['lost']);
    news.flush();
    assert.deepEqual(told, [['one', ['lost']]]);
    mock.timers.tick(1_000);
    news.flush();
    assert.equal(told.length, 1);
    news.add('one', ['ignored']);
    mock.timers.tick(100);
    assert.equal(told.length, 2);
  });

  it('tells the first change after a rest at once, and those that follow together', () => {
    mock.timers.tick(1_000);
    news.add('one', ['lost'], row('a', { kind: 'finished', work: 'back-up' }));
    mock.timers.tick(1);
    assert.deepEqual(told, [['one', ['lost']]]);
    news.add('one', ['lost'], row('b', { kind: 'finished', work: 'back-up' }));
    mock.timers.tick(50);
    news.add('one', [], row('c', { kind: 'finished', work: 'back-up' }));
    assert.equal(told.length, 1);
    mock.timers.tick(50);
    assert.deepEqual(paths(), [['a'], ['b', 'c']]);
  });

  it('leaves out that work has begun where it ends in a moment', () => {
    news.add('one', [], row('a', { kind: 'waiting' }));
    mock.timers.tick(10);
    news.add('one', [], row('a', underWay));
    mock.timers.tick(60);
    assert.equal(told.length, 0);
    const done = row('a', { kind: 'finished', work: 'back-up' });
    news.add('one', ['missing-in-cloud', 'up-to-date'], done);
    mock.timers.tick(1);
    assert.deepEqual(rows, [[done]]);
    mock.timers.tick(1_000);
    assert.equal(told.length, 1);
  });

  it('tells that work has begun where it goes on', () => {
    const begun = row('a', underWay);
    news.add('one', [], begun);
    mock.timers.tick(100);
    assert.deepEqual(told, [['one', []]]);
    assert.deepEqual(rows, [[begun]]);
  });

  it('tells the groups of rows that are too many to be told', () => {
    for (let index = 0; index < 1_000; index++) {
      news.add('one', [], row(String(index), { kind: 'finished', work: 'back-up' }));
    }
    mock.timers.tick(1_000);
    assert.deepEqual(told, [['one', ['missing-in-cloud']]]);
    assert.ok((rows[0]?.length ?? 0) <= 100);
  });

  it('tells nothing more when it is disposed', () => {
    news.add('one', ['lost']);
    news.dispose();
    news.add('one', ['lost']);
    mock.timers.tick(1_000);
    news.flush();
    assert.deepEqual(told, []);
  });
});
