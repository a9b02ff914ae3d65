import assert from 'node:assert/strict';

import { backUpRestlessFiles } from '../../support/processes/backUpRestlessFiles';
import { firstSeed } from '../../support/suite/seeds';

/** `S3_BACKUP_RESTLESS_SECONDS` makes it longer. */
describe('Files that somebody keeps changing', function () {
  const seconds = Number(process.env['S3_BACKUP_RESTLESS_SECONDS'] ?? 4);
  this.timeout((seconds + 60) * 1000);

  it('are only ever stored in a state that they really had', async () => {
    const { stored, states } = await backUpRestlessFiles({
      seed: firstSeed,
      milliseconds: seconds * 1000,
    });
    assert.ok(stored >= 5, `${String(stored)} stored`);
    assert.ok(states > stored, `${String(states)} states`);
  });
});
