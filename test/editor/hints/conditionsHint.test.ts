import assert from 'node:assert/strict';
import { EventEmitter, extensions, Uri, workspace } from 'vscode';

import { watchForConditions } from '../../../src/editor/hints/conditionsHint';
import type { StoreWeakness } from '../../../src/protocol/host';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';
import { memento } from '../../support/vscode/treeUnderTest';

describe('A store that does not honour conditions', () => {
  let found: EventEmitter<StoreWeakness>;
  let messages: ShownMessages;
  beforeEach(() => {
    found = new EventEmitter();
    messages = listenTo('showWarningMessage');
  });
  afterEach(() => {
    messages.restore();
    found.dispose();
  });

  const at = (endpoint: string, bucket: string) => {
    found.fire({ endpoint, bucket, what: 'If-Match is ignored' });
  };

  it('is told of once for each bucket, however its endpoint is spelled and in all windows', () => {
    const memory = memento();
    const engine = { onDidFindWeakness: found.event };
    const first = watchForConditions({ engine, memory });
    at('http://nas:9000', 'one');
    at('http://nas:9000', 'one');
    at('https://NAS:9000', 'one');
    assert.equal(messages.texts.length, 1);
    assert.deepEqual(messages.buttons, [['Learn More', 'Don’t Show Again']]);
    at('http://nas:9000', 'two');
    assert.equal(messages.texts.length, 2);
    first.dispose();
    const next = watchForConditions({ engine, memory });
    at('http://nas:9000', 'one');
    assert.equal(messages.texts.length, 2);
    next.dispose();
  });

  it('is explained on a page that comes with the extension', async () => {
    const extension = extensions.getExtension('s3-backup.s3-backup');
    assert.ok(extension !== undefined);
    const guide = Uri.joinPath(extension.extensionUri, 'docs', 'conditions.md');
    assert.ok((await workspace.fs.readFile(guide)).length > 0);
  });
});
