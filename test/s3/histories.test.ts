import assert from 'node:assert/strict';

import { historyOf, recordHistory } from '../support/engine/histories';
import { sharedSeaweedFs } from '../support/servers/sharedSeaweedFs';
import { treatAll } from '../support/servers/conditionStore';
import type { Exchange } from '../support/servers/exchange';
import { quirkyBucket } from '../support/servers/quirkyAnswers';
import { startQuirkyStore } from '../support/servers/quirkyStore';
import { firstSeed } from '../support/suite/seeds';
import { skipSuite } from '../support/suite/skipSuite';

describe('Three computers and somebody rude at one prefix', function () {
  this.timeout(120_000);

  it('replace no copy that they have not seen, where conditions are honoured', async function () {
    const server = await sharedSeaweedFs();
    if (server.kind === 'unavailable') skipSuite(this, server.reason);
    const bucket = { name: 'history', isThere: 'not-yet' } as const;
    const run = { server, bucket, seed: firstSeed, milliseconds: 3_000 };
    const { ours, rude, unseen } = await recordHistory(run);
    assert.deepEqual(unseen, []);
    assert.ok(ours > 10 && rude > 10, `${String(ours)} of ours, ${String(rude)} rude`);
  });

  it('are recorded where a store ignores conditions', async () => {
    const store = await startQuirkyStore();
    store.quirks = { conditions: treatAll('ignores') };
    try {
      const server = { ...account, endpoint: store.endpoint };
      const bucket = { name: quirkyBucket, isThere: 'already' } as const;
      const run = { server, bucket, seed: firstSeed, milliseconds: 3_000 };
      const { ours, windowMs } = await recordHistory(run);
      assert.ok(ours > 0);
      assert.ok(windowMs.longest > 0);
    } finally {
      await store.stop();
    }
  });

  it('would be found out', () => {
    const first = put({ bodyMd5: 'first', ifNoneMatch: '*', begunAt: 0, answeredAt: 1 });
    const foreign = put({ bodyMd5: 'foreign', begunAt: 2, answeredAt: 3 });
    const late = put({ bodyMd5: 'late', ifMatch: '"first"', begunAt: 4, answeredAt: 5 });
    assert.equal(historyOf([[first], [late], [foreign]]).unseen.length, 1);
    const early = put({ bodyMd5: 'early', ifMatch: '"first"', begunAt: 1.5, answeredAt: 2.5 });
    assert.equal(historyOf([[first], [early], [foreign]]).unseen.length, 0);
    assert.equal(historyOf([[first, early], [late], []]).unseen.length, 2);
  });
});

const account = { region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b' };

function put(differing: Partial<Exchange>): Exchange {
  return {
    method: 'PUT',
    asked: 'PUT /bucket/key',
    key: 'key',
    ifMatch: undefined,
    ifNoneMatch: undefined,
    begunAt: 0,
    fault: undefined,
    status: 200,
    answeredAt: 1,
    bodyMd5: '',
    isHeard: true,
    ...differing,
  };
}
