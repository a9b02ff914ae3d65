import assert from 'node:assert/strict';
import { commands } from 'vscode';

import { announceComparison } from '../../../src/editor/workbench/announceComparison';
import type { State } from '../../../src/protocol/state';
import { eventually } from '../../support/suite/eventually';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';

describe('The end of a comparison', () => {
  const { executeCommand } = commands;
  let run: string[];
  let told: ShownMessages;

  beforeEach(() => {
    run = [];
    told = listenTo('showInformationMessage', 'Show');
    // The extension of the window goes on setting its context keys.
    const note = (id: string, ...rest: readonly unknown[]) =>
      id.endsWith('.focus') ? Promise.resolve(run.push(id)) : executeCommand(id, ...rest);
    Object.assign(commands, { executeCommand: note });
  });
  afterEach(() => {
    told.restore();
    Object.assign(commands, { executeCommand });
  });

  function announce(state: State, visible: boolean): void {
    announceComparison({ engine: { state }, view: { treeView: { visible } } });
  }

  /** The shortest state for which the view has a line. */
  const comparing: State = {
    kind: 'comparing',
    folder: 'file:///w',
    localFiles: 3,
    cloudFiles: 0,
    comparisons: [],
    unfinished: [],
  };

  it('is told by the line of the view where nobody looks at that, with the way there', async () => {
    announce(comparing, false);
    assert.match(told.texts.join('\n'), /^[^\n]*3 files here[^\n]*$/);
    assert.deepEqual(told.buttons, [['Show']]);
    await eventually(() => {
      assert.deepEqual(run, ['s3Backup.files.focus']);
    });
  });

  it('is not told where the view shows it, nor where there is nothing to tell', () => {
    announce(comparing, true);
    announce({ kind: 'idle', comparisons: [], unfinished: [] }, false);
    assert.deepEqual(told.texts, []);
  });
});
