import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { RowChanges } from '../../../src/engine/state/rowChanges';
import type { Group } from '../../../src/protocol/verdicts';

describe('RowChanges', () => {
  let news: RowChanges;
  let told: (readonly [string, readonly Group[]])[];

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    told = [];
    news = new RowChanges((folder, groups) => told.push([folder, groups]));
  });
  afterEach(() => {
    news.dispose();
    mock.timers.reset();
  });

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

  it('tells nothing more when it is disposed', () => {
    news.add('one', ['lost']);
    news.dispose();
    news.add('one', ['lost']);
    mock.timers.tick(1_000);
    news.flush();
    assert.deepEqual(told, []);
  });
});
