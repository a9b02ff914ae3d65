import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { EventEmitter, languages, LanguageStatusSeverity, window } from 'vscode';

import { ActiveFile } from '../../../src/editor/workbench/activeFile';
import type { TargetStatus } from '../../../src/editor/targets/targets';
import type { Safety } from '../../../src/protocol/safety';
import { uriOf } from '../../support/vscode/extensionUnderTest';
import { closeAllTabs } from '../../support/vscode/tabs';

interface ShownItem {
  text: string;
  severity: LanguageStatusSeverity;
  selector: readonly unknown[];
  command: { readonly command: string } | undefined;
}

describe('What VS Code says of the file in the editor', () => {
  const { createLanguageStatusItem } = languages;
  const refresh = new EventEmitter<void>();
  let item: ShownItem;
  let status: TargetStatus;
  let answer: Safety;
  let asked: number;
  let running: boolean;
  let shown: ActiveFile | undefined;

  beforeEach(async () => {
    status = { kind: 'known', target: { bucket: 'b', prefix: 'p/' } };
    answer = { kind: 'unknown' };
    asked = 0;
    running = true;
    Object.assign(languages, {
      createLanguageStatusItem: () => (item = { dispose: () => undefined } as never),
    });
    await writeFile(uriOf('active.txt').fsPath, 'active');
    await window.showTextDocument(uriOf('active.txt'));
  });
  afterEach(async () => {
    shown?.dispose();
    Object.assign(languages, { createLanguageStatusItem });
    await closeAllTabs();
    await rm(uriOf('active.txt').fsPath);
  });

  /** Lets it be drawn, and returns when nothing more comes of that. */
  async function show(): Promise<ShownItem> {
    shown = new ActiveFile({
      engine: {
        get running() {
          return running;
        },
        sendRequest: (() => {
          asked++;
          return Promise.resolve([answer]);
        }) as never,
      },
      targets: { statusOf: () => status, kin: () => [], recordId: () => 'f' } as never,
      profiles: { settings: () => ({}) },
      refresh: { onDidRefresh: refresh.event },
    });
    await new Promise(resolve => setImmediate(resolve));
    return item;
  }

  it('is that it is backed up, and since when that is proved', async () => {
    const verdict = { kind: 'up-to-date', proof: 'receipt' } as const;
    answer = { kind: 'compared', verdict, provedAt: Date.now() };
    const { text, severity, selector } = await show();
    assert.match(text, /^Backed up, proved \d/);
    assert.equal(severity, LanguageStatusSeverity.Information);
    assert.equal(selector.length, 1);
  });

  it('is a warning where it is not safe, and only there', async () => {
    const warned: string[] = [];
    const verdicts = [
      { kind: 'missing-in-cloud' },
      { kind: 'out-of-date', because: 'size' },
      { kind: 'changed-in-cloud', because: 'both' },
      { kind: 'up-to-date', proof: 'name-and-time' },
      { kind: 'up-to-date', proof: 'unconfirmed', asOf: 0 },
      { kind: 'up-to-date', proof: 'content' },
      { kind: 'ignored', because: { kind: 'link' }, hiddenCopies: 0 },
    ] as const;
    for (const verdict of verdicts) {
      answer = { kind: 'compared', verdict, provedAt: undefined };
      const { severity } = await show();
      if (severity === LanguageStatusSeverity.Warning) {
        warned.push('proof' in verdict ? verdict.proof : verdict.kind);
      }
      shown?.dispose();
    }
    assert.deepEqual(warned, [
      'missing-in-cloud',
      'out-of-date',
      'changed-in-cloud',
      'name-and-time',
      'unconfirmed',
    ]);
  });

  it('is drawn again when something has changed', async () => {
    answer = { kind: 'compared', verdict: { kind: 'missing-in-cloud' }, provedAt: undefined };
    const { command } = await show();
    assert.equal(command?.command, 's3Backup.backUpResource');
    answer = { kind: 'compared', verdict: { kind: 'up-to-date', proof: 'uploaded' }, provedAt: 0 };
    refresh.fire();
    await new Promise(resolve => setImmediate(resolve));
    assert.match(item.text, /^Backed up, proved/);
  });

  it('asks nothing before an engine runs, and offers to compare', async () => {
    running = false;
    const { command } = await show();
    assert.equal(asked, 0);
    assert.equal(command?.command, 's3Backup.compare');
  });

  it('is nothing where the folder has no bucket', async () => {
    status = { kind: 'none' };
    const { selector } = await show();
    assert.equal(selector, undefined);
    assert.equal(asked, 0);
  });
});
