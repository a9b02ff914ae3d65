import assert from 'node:assert/strict';
import { EventEmitter, window, type WebviewPanel } from 'vscode';

import { OverviewPanel } from '../../../src/editor/overview/overviewPanel';
import { ShownState } from '../../../src/editor/view/shownState';
import type { State } from '../../../src/protocol/state';
import { eventually } from '../../support/suite/eventually';
import { extension } from '../../support/vscode/extensionUnderTest';
import { OverviewPage } from '../../support/vscode/overviewPage';
import { TellingEngine } from '../../support/vscode/tellingEngine';
import { testLog } from '../../support/vscode/treeUnderTest';

describe('The overview without a comparison', () => {
  const { createWebviewPanel, registerWebviewPanelSerializer } = window;
  const nothing = { comparisons: [], unfinished: [] };
  const failure = { code: 'unreachable', subject: 's', cause: undefined } as const;
  let page: OverviewPage;

  beforeEach(() => {
    Object.assign(window, {
      createWebviewPanel: () => page as unknown as WebviewPanel,
      registerWebviewPanelSerializer: () => new EventEmitter(),
    });
  });
  afterEach(() => {
    Object.assign(window, { createWebviewPanel, registerWebviewPanelSerializer });
  });

  async function told(state: State, target: 'known' | 'none'): Promise<readonly unknown[]> {
    const engine = new TellingEngine(() => null);
    engine.state = state;
    page = new OverviewPage();
    const panel = new OverviewPanel({
      engine,
      shown: new ShownState(engine),
      targets: { statusOf: () => ({ kind: target }) as never },
      log: testLog(),
      refresh: { onDidRefresh: new EventEmitter<void>().event },
      extension: extension() as never,
    });
    panel.show();
    page.load();
    return await eventually(() => {
      const { last } = page;
      assert.ok(last?.kind === 'nothing');
      panel.dispose();
      return Promise.resolve([last.text, last.button]);
    });
  }

  it('says where nothing is backed up that a bucket is missing, and offers to choose one', async () => {
    const [text, button] = await told({ kind: 'idle', ...nothing }, 'none');
    assert.match(String(text), /no bucket has been chosen/);
    assert.equal(button, 'Choose Bucket…');
  });

  it('offers to compare where there is a bucket, and says what has failed', async () => {
    const idle = await told({ kind: 'idle', ...nothing }, 'known');
    assert.deepEqual(idle, ['There is no comparison to show yet.', 'Compare']);
    const failures = [{ folder: undefined, failure }];
    const failed = await told({ kind: 'failed', failures, ...nothing }, 'known');
    assert.match(String(failed[0]), /^Failed: /);
  });
});
