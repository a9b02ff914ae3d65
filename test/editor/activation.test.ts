import assert from 'node:assert/strict';

import { countEngines } from './engineThreads';
import { extension } from './extensionUnderTest';

// Its name makes this the first file of the suite: nothing has used the extension before.
describe('Activation', () => {
  it('starts no engine and knows nothing yet', async () => {
    const api = await extension().activate();
    assert.equal(await countEngines(), 0);
    assert.deepEqual(api.state, { kind: 'idle', comparisons: [], remaining: [] });
  });
});
