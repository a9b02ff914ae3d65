import assert from 'node:assert/strict';
import { EventEmitter, type Memento } from 'vscode';

import { LastComplete } from '../../../src/editor/workbench/lastComplete';
import type { State } from '../../../src/protocol/state';
import { groups } from '../../../src/protocol/verdicts';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';

describe('The last complete backup', () => {
  it('is the moment in which all was found to be safe', () => {
    const states = new EventEmitter<State>();
    let state: State = { kind: 'idle', comparisons: [], unfinished: [] };
    const written = new Map<string, unknown>();
    const memory: Pick<Memento, 'get' | 'update'> = {
      get: (key: string) => written.get(key) as never,
      update: (key, value) => Promise.resolve(void written.set(key, value)),
    };
    const last = new LastComplete({
      engine: {
        get state() {
          return state;
        },
        onDidChangeState: states.event,
      },
      targets: { statusOf: () => ({ kind: 'known', target: { bucket: 'b', prefix: 'p/' } }) },
      memory,
    });
    const show = (upToDate: number, proved: number): void => {
      const totals = Object.fromEntries(groups.map(group => [group, { files: 0, bytes: 0 }]));
      const comparison = {
        folder: workspaceFolder().uri.toString(),
        bucket: 'b',
        prefix: 'p/',
        comparedAt: 0,
        found: upToDate,
        groups: { ...totals, 'up-to-date': { files: upToDate, bytes: 0 } },
        proved,
        unconfirmed: 0,
        incomplete: undefined,
        shown: undefined,
        rows: {},
      };
      state = { kind: 'compared', comparisons: [comparison], unfinished: [] } as never;
      states.fire(state);
    };
    const seen = [];
    const before = Date.now();
    for (const [upToDate, proved] of [
      [2, 1],
      [2, 2],
      [3, 2],
    ] as const) {
      show(upToDate, proved);
      seen.push(last.at ?? 0);
    }
    const [never, complete = 0, ended = 0] = seen;
    assert.equal(never, 0);
    assert.ok(complete >= before);
    assert.equal(ended, complete);
    assert.deepEqual([...written.values()], [ended]);
    last.dispose();
    states.dispose();
  });
});
