import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { DrawnRows } from '../../../src/editor/view/drawnRows';
import { GroupsToDraw } from '../../../src/editor/view/groupsToDraw';
import { RefreshScheduler } from '../../../src/editor/view/refreshScheduler';
import type { GroupNode, RowNode } from '../../../src/editor/view/treeNode';
import { groupKey } from '../../../src/editor/view/treeOutline';
import type { FilePath } from '../../../src/protocol/folders';
import type { FolderRow } from '../../../src/protocol/rows';
import { aFileRow } from '../../support/engine/aFile';

describe('When the view is drawn', () => {
  let refresh: RefreshScheduler;
  let beats: number[];
  let now: number;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    refresh = new RefreshScheduler();
    beats = [];
    now = 0;
    refresh.onDidRefresh(() => beats.push(now));
  });
  afterEach(() => {
    refresh.dispose();
    mock.timers.reset();
  });

  function pass(ms: number, each: () => void = () => undefined): void {
    for (let passed = 0; passed < ms; passed++) {
      each();
      now++;
      mock.timers.tick(1);
    }
  }

  it('draws a row at once after a rest, the next as soon as VS Code follows, then every 300 ms', async () => {
    refresh.requestNow();
    await Promise.resolve();
    assert.equal(beats.length, 1);
    refresh.requestNow();
    pass(200);
    assert.equal(beats.length, 1);
    pass(10);
    assert.equal(beats.length, 2);
    pass(3_000, refresh.requestNow);
    assert.ok(beats.length >= 11 && beats.length <= 12, String(beats.length));
    pass(1_000);
    beats = [];
    refresh.requestNow();
    await Promise.resolve();
    assert.equal(beats.length, 1);
  });

  it('lets a row wait behind numbers and sentences only until VS Code follows', async () => {
    refresh.request();
    pass(120);
    assert.deepEqual(beats, [100]);
    refresh.requestNow();
    pass(189);
    assert.equal(beats.length, 1);
    pass(1);
    assert.deepEqual(beats, [100, 310]);
    pass(1_000);
    refresh.request();
    pass(350);
    assert.equal(beats.length, 3);
    refresh.requestNow();
    await Promise.resolve();
    assert.equal(beats.at(-1), now);
    assert.equal(beats.length, 4);
  });

  it('lets what can wait for a row wait longer, and come with anything else', () => {
    refresh.requestLater();
    pass(290);
    assert.deepEqual(beats, []);
    pass(20);
    assert.equal(beats.length, 1);
    pass(1_000);
    refresh.requestLater();
    refresh.request();
    refresh.requestLater();
    pass(101);
    assert.equal(beats.length, 2);
  });

  it('lets a row overtake numbers and sentences that wait', async () => {
    refresh.request();
    pass(60);
    assert.deepEqual(beats, []);
    refresh.requestNow();
    await Promise.resolve();
    assert.equal(beats.length, 1);
    pass(1_000);
    assert.equal(beats.length, 1);
    refresh.request();
    pass(100);
    assert.equal(beats.length, 2);
  });

  it('draws a row in the turn in which it is asked for, after all who hear of it', async () => {
    refresh.request();
    refresh.requestNow();
    assert.deepEqual(beats, []);
    await Promise.resolve();
    assert.deepEqual(beats, [0]);
  });
});

describe('The pages of a group', () => {
  let now: number;
  let groups: GroupsToDraw;

  beforeEach(() => {
    now = 0;
    groups = new GroupsToDraw(() => now);
    groups.noteAsked('f', 'out-of-date');
    groups.noteAsked('f', 'up-to-date');
  });

  function drawnWithin(ms: number): number {
    let drawn = 0;
    for (const end = now + ms; now < end; now += 300) {
      groups.addRows('f', ['out-of-date']);
      if (groups.take('in-turn') !== 'later') drawn++;
    }
    return drawn;
  }

  it('are drawn soon at first, and once a second where changes do not end', () => {
    assert.equal(drawnWithin(900), 3);
    const drawn = drawnWithin(30_000);
    assert.ok(drawn >= 20 && drawn <= 31, String(drawn));
  });

  it('are drawn soon again after a rest', () => {
    drawnWithin(10_000);
    now += 2_000;
    assert.equal(drawnWithin(900), 3);
  });

  it('are not drawn for rows that are still to be asked for since all was drawn', () => {
    groups.addRows('f', ['out-of-date', 'missing-in-cloud']);
    assert.deepEqual(groups.take('in-turn'), [
      groupKey('f', 'out-of-date'),
      groupKey('f', 'up-to-date'),
    ]);
    groups.allDrawn();
    groups.addRows('f', ['out-of-date']);
    assert.deepEqual(groups.take('in-turn'), []);
    groups.noteAsked('f', 'out-of-date');
    groups.addRows('f', ['out-of-date']);
    assert.deepEqual(groups.take('in-turn'), [groupKey('f', 'out-of-date')]);
  });

  it('are all drawn that have waited', () => {
    drawnWithin(900);
    groups.addKeys(['one']);
    assert.equal(groups.take('in-turn'), 'later');
    groups.addKeys(['two']);
    now += 1_000;
    assert.deepEqual(groups.take('in-turn'), ['one', 'two']);
    assert.deepEqual(groups.take('in-turn'), []);
  });
});

describe('The rows that are drawn', () => {
  const group: GroupNode = {
    kind: 'group',
    folder: 'f',
    group: 'missing-in-cloud',
    parent: undefined,
  };
  const folder: FolderRow = {
    kind: 'folder',
    path: 'd' as FilePath,
    totals: { files: 1, bytes: 1 },
    notBackedUp: 1,
    ignored: 0,
  };

  function node(parent: RowNode['parent'], of: RowNode['row']): RowNode {
    return { kind: 'row', folder: 'f', group: 'missing-in-cloud', row: of, parent };
  }

  it('become what is told of them, each by itself, where they are drawn', () => {
    const rows = new DrawnRows();
    const inFolder = node(group, folder);
    const file = node(inFolder, aFileRow('d/a'));
    rows.set(group, [inFolder]);
    rows.set(inFolder, [file, node(inFolder, aFileRow('d/b'))]);
    const done = aFileRow('d/a', { activity: { kind: 'finished', work: 'back-up' } });
    rows.update('f', { group: 'missing-in-cloud', row: done });
    rows.update('f', { group: 'up-to-date', row: aFileRow('d/b') });
    rows.update('other', { group: 'missing-in-cloud', row: aFileRow('d/b') });
    rows.update('f', { group: 'missing-in-cloud', row: aFileRow('d/c') });
    assert.deepEqual(rows.takeChanged(), [file]);
    assert.equal(file.row, done);
    assert.deepEqual(rows.takeChanged(), []);
  });

  it('are forgotten with the rows above them, for which VS Code asks first', () => {
    const rows = new DrawnRows();
    const inFolder = node(group, folder);
    rows.set(group, [inFolder]);
    rows.set(inFolder, [node(inFolder, aFileRow('d/a'))]);
    rows.set(group, [node(group, folder)]);
    rows.update('f', {
      group: 'missing-in-cloud',
      row: aFileRow('d/a', { activity: { kind: 'waiting' } }),
    });
    assert.deepEqual(rows.takeChanged(), []);
  });
});
