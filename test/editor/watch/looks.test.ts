import assert from 'node:assert/strict';
import { Disposable, EventEmitter } from 'vscode';

import { ChangeWatch } from '../../../src/editor/watch/changeWatch';
import { recheck, type ComparisonTotals } from '../../../src/protocol/comparisons';
import { groups, type Group } from '../../../src/protocol/verdicts';

describe('Looks at what VS Code does not watch', () => {
  let looks: number;
  let isThere: Record<'focused' | 'visible', boolean>;
  let comparisons: readonly ComparisonTotals[];
  let timers: Map<() => void, number>;
  let commandEnded: EventEmitter<undefined>;
  let never: EventEmitter<never>;
  let watch: ChangeWatch;

  beforeEach(() => {
    looks = 0;
    isThere = { focused: false, visible: false };
    comparisons = [compared];
    timers = new Map();
    commandEnded = new EventEmitter();
    never = new EventEmitter();
    const engine = {
      get state() {
        return { kind: 'compared', comparisons, unfinished: [] } as const;
      },
      onDidChangeState: never.event,
      notify: ({ method }: { readonly method: string }) => {
        if (method === recheck.method) looks++;
      },
    };
    const treeView = {
      get visible() {
        return isThere.visible;
      },
      onDidChangeVisibility: never.event,
    };
    watch = new ChangeWatch(
      {
        engine,
        targets: { onDidChange: never.event },
        profiles: { settings: () => ({}) },
        view: { treeView },
      },
      {
        isFocused: () => isThere.focused,
        onDidEndCommand: commandEnded.event,
        every(ms, look) {
          timers.set(look, ms);
          return new Disposable(() => timers.delete(look));
        },
      },
    );
  });
  afterEach(() => {
    watch.dispose();
    commandEnded.dispose();
    never.dispose();
  });

  function minutePasses(): void {
    for (const look of timers.keys()) look();
  }

  it('come every minute while somebody is there, and only then', () => {
    assert.deepEqual([...timers.values()], [60_000]);
    minutePasses();
    assert.equal(looks, 0);
    for (const where of ['focused', 'visible'] as const) {
      const soFar: number = looks;
      isThere[where] = true;
      minutePasses();
      minutePasses();
      assert.equal(looks, soFar + 2, where);
      isThere[where] = false;
      minutePasses();
      assert.equal(looks, soFar + 2, where);
    }
  });

  it('come where something has been compared', () => {
    isThere.visible = true;
    comparisons = [];
    minutePasses();
    commandEnded.fire(undefined);
    assert.equal(looks, 0);
  });

  it('come when a command in a terminal has ended', () => {
    commandEnded.fire(undefined);
    assert.equal(looks, 1);
  });

  it('end with the window', () => {
    watch.dispose();
    assert.equal(timers.size, 0);
    commandEnded.fire(undefined);
    assert.equal(looks, 0);
  });
});

const nothing = { files: 0, bytes: 0 };

const compared: ComparisonTotals = {
  folder: 'w',
  bucket: 'b',
  prefix: '',
  comparedAt: 0,
  found: 0,
  groups: forEach(nothing),
  proved: 0,
  provedBytes: 0,
  unconfirmed: 0,
  unconfirmedBytes: 0,
  incomplete: undefined,
  shown: undefined,
  rows: forEach(0),
};

function forEach<T>(value: T): Record<Group, T> {
  return Object.fromEntries(groups.map(group => [group, value])) as Record<Group, T>;
}
