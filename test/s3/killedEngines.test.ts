import assert from 'node:assert/strict';

import { killAndResume } from '../support/processes/killAndResume';
import type { StoreServer } from '../../dev/storeServer';
import { sharedSeaweedFs } from '../support/servers/sharedSeaweedFs';
import { skipSuite } from '../support/suite/skipSuite';
import { firstSeed } from '../support/suite/seeds';

/* A slice of what `npm run soak` does with many more. */

describe('Engines that are killed', function () {
  this.timeout(300_000);
  let server: StoreServer;

  before(async function () {
    const started = await sharedSeaweedFs();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
  });

  it('lose nothing that had arrived, and the next ones finish their work', async () => {
    const { kills } = await killAndResume({ server, seed: firstSeed, kills: 4 });
    assert.equal(kills, 4);
  });
});
