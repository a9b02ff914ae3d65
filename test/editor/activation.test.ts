import assert from 'node:assert/strict';

import { countEngines } from '../support/vscode/engineThreads';
import { extension } from '../support/vscode/extensionUnderTest';

// Its name makes this the first file of the suite: nothing has used the extension before.
describe('Activation', () => {
  it('starts no engine and knows nothing yet', async () => {
    const api = await extension().activate();
    assert.equal(await countEngines(), 0);
    assert.deepEqual(api.state, { kind: 'idle', comparisons: [], unfinished: [] });
  });
});
