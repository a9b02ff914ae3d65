import assert from 'node:assert/strict';
import type { LogOutputChannel } from 'vscode';

import type { EngineClient } from '../../../src/editor/client/engineClient';
import { hintAtVersioning, hintGiven } from '../../../src/editor/hints/versioningHint';
import { bucketVersioning } from '../../../src/protocol/buckets';
import { storeEndpoint } from '../../../src/protocol/credentials';
import type { FolderSetup } from '../../../src/protocol/folders';
import type { RequestType } from '../../../src/protocol/messages';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';
import { memento, testLog } from '../../support/vscode/treeUnderTest';

describe('A bucket that keeps no versions', () => {
  let messages: ShownMessages;
  let log: LogOutputChannel;
  beforeEach(() => {
    messages = listenTo('showInformationMessage');
    log = testLog();
  });
  afterEach(() => {
    messages.restore();
    log.dispose();
  });

  const setup: FolderSetup = {
    id: 'file:///w',
    folderId: 'w',
    name: 'w',
    root: '/w',
    bucket: 'mine',
    prefix: 'w/',
    settings: {},
  };

  /** An engine whose environment or profile leads to a store, with no endpoint in the settings. */
  function engineAt(store: string): Pick<EngineClient, 'sendRequest'> {
    const answers: Readonly<Record<string, unknown>> = {
      [storeEndpoint.method]: store,
      [bucketVersioning.method]: 'off',
    };
    return {
      sendRequest: <P, R>({ method }: RequestType<P, R>) => Promise.resolve(answers[method] as R),
    };
  }

  it('is told of once in each store that the environment or a profile leads to', async () => {
    const memory = memento();
    const backedUpTo = (store: string) =>
      hintAtVersioning({ engine: engineAt(store), memory, log }, [setup]);
    await backedUpTo('nas:9000');
    await backedUpTo('nas:9000');
    assert.equal(messages.texts.length, 1);
    await backedUpTo('other:9000');
    assert.equal(messages.texts.length, 2);
  });

  it('is not told of again where that was said as the bucket was chosen', async () => {
    const memory = memento();
    await hintGiven({ engine: engineAt('nas:9000'), memory }, setup);
    await hintAtVersioning({ engine: engineAt('nas:9000'), memory, log }, [setup]);
    assert.equal(messages.texts.length, 0);
    await hintAtVersioning({ engine: engineAt('other:9000'), memory, log }, [setup]);
    assert.equal(messages.texts.length, 1);
  });
});
