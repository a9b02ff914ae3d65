import assert from 'node:assert/strict';

import { killAndResume } from '../support/processes/killAndResume';
import { startSeaweedFs, type SeaweedFs } from '../../dev/seaweedfs';
import { skipSuite } from '../support/suite/skipSuite';
import { testVariables } from '../support/suite/testEnvironment';

/* A slice of what `npm run soak` does with many more. */

describe('Engines that are killed', function () {
  this.timeout(300_000);
  let server: SeaweedFs;

  before(async function () {
    const started = await startSeaweedFs();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
  });
  after(() => (server as SeaweedFs | undefined)?.stop());

  it('lose nothing that had arrived, and the next ones finish their work', async () => {
    const seed = Number(process.env[testVariables.seed] ?? Date.now() % 1_000_000);
    console.log(`seed ${String(seed)}: set ${testVariables.seed} to replay it`);
    const { kills } = await killAndResume({ server, seed, kills: 4 });
    assert.equal(kills, 4);
  });
});
