import assert from 'node:assert/strict';

import { setAwsVariables } from '../../dev/awsVariables';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import type { StoreWeakness } from '../../src/protocol/host';
import { writeTree } from '../support/disk/localTree';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { treatAll, type Treatment } from '../support/servers/conditionStore';
import { quirkyBucket } from '../support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../support/servers/quirkyStore';

describe('Who backs up to a store', function () {
  this.timeout(120_000);
  let restoreVariables: () => void;
  let store: QuirkyStore;
  let folder: TemporaryFolder;
  beforeEach(async () => {
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
    store = await startQuirkyStore();
    folder = await temporaryFolder('weakness');
  });
  afterEach(async () => {
    await store.stop();
    await folder.remove();
    restoreVariables();
  });

  const signal = () => AbortSignal.timeout(30_000);

  /** Backs ten new files up to it, and gives what was told of it. */
  async function toldOf(treatment: Treatment): Promise<readonly StoreWeakness[]> {
    store.quirks = { conditions: treatAll(treatment) };
    const names = Array.from({ length: 10 }, (_, n) => [`f${String(n)}`, 'x'] as const);
    await writeTree(folder.path, Object.fromEntries(names));
    const told: StoreWeakness[] = [];
    const engine = startEngine({ onWeakness: weakness => told.push(weakness) });
    const setup = aFolder({
      root: folder.path,
      bucket: quirkyBucket,
      settings: { endpoint: store.endpoint, region: 'us-east-1', forcePathStyle: true },
    });
    try {
      await engine.compare([setup], signal());
      const scope = { kind: 'all' } as const;
      const { planId } = await engine.planBackUp({ folders: [{ setup, scope }] }, signal());
      assert.equal((await engine.run(planId, signal())).done, 10);
    } finally {
      engine.dispose();
    }
    return told;
  }

  for (const treatment of ['ignores', 'refuses', 'always-refuses'] as const) {
    it(`is told that it ${treatment} conditions`, async () => {
      const [weakness] = await toldOf(treatment);
      assert.equal(weakness?.bucket, quirkyBucket);
      assert.equal(weakness.endpoint, store.endpoint);
    });
  }

  it('is told nothing where it honours them', async () => {
    assert.deepEqual(await toldOf('honours'), []);
  });
});
