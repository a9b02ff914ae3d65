import assert from 'node:assert/strict';
import type { LogOutputChannel } from 'vscode';

import { hintAtVersioning, hintGiven } from '../../../src/editor/hints/versioningHint';
import { bucketVersioning } from '../../../src/protocol/buckets';
import { storeEndpoint } from '../../../src/protocol/credentials';
import { aFolder } from '../../support/engine/aFolder';
import { engineAnswering } from '../../support/vscode/engineAnswering';
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

  const setup = aFolder({ root: '/w', bucket: 'mine' });

  /** An engine whose environment or profile leads to a store, with no endpoint in the settings. */
  function engineAt(store: string) {
    return engineAnswering({ [storeEndpoint.method]: store, [bucketVersioning.method]: 'off' });
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
