import assert from 'node:assert/strict';

import { backUpRestlessFiles } from '../../support/processes/backUpRestlessFiles';

/** `S3_BACKUP_RESTLESS_SECONDS` makes it longer, `S3_BACKUP_RESTLESS_SEED` repeats a run. */
describe('Files that somebody keeps changing', function () {
  const seconds = Number(process.env['S3_BACKUP_RESTLESS_SECONDS'] ?? 4);
  const seed = Number(process.env['S3_BACKUP_RESTLESS_SEED'] ?? Date.now() % 1_000_000);
  this.timeout((seconds + 60) * 1000);

  it('are only ever stored in a state that they really had', async () => {
    const { stored, states } = await backUpRestlessFiles({ seed, milliseconds: seconds * 1000 });
    assert.ok(stored >= 5, `${String(stored)} stored`);
    assert.ok(states > stored, `${String(states)} states`);
  });
});
