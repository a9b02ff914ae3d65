import assert from 'node:assert/strict';
import { hash } from 'node:crypto';

import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';

import { setAwsVariables } from '../../dev/awsVariables';
import type { StoreServer } from '../../dev/storeServer';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { backUpInBadWeather } from '../support/engine/badWeather';
import { sharedSeaweedFs } from '../support/servers/sharedSeaweedFs';
import { startFaultProxy } from '../support/servers/faultProxy';
import { firstSeed } from '../support/suite/seeds';
import { skipSuite } from '../support/suite/skipSuite';
import { adminClient } from './s3Store';

describe('A wire that breaks in all ways', function () {
  this.timeout(120_000);
  let server: StoreServer;

  before(async function () {
    const started = await sharedSeaweedFs();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    server = started;
  });

  // A slice of what `npm run soak` does with many more files.
  it('makes nothing green that is not safe, and the work comes to its end', async () => {
    const run = { server, seed: firstSeed, files: 40, percent: 20, rounds: 2 };
    const inTheEnd = 'restored-alone';
    const { restored, compared, faults } = await backUpInBadWeather({ ...run, inTheEnd });
    assert.equal(restored, 40);
    assert.ok(compared >= 2 * 40);
    assert.ok(Object.keys(faults).length >= 10, JSON.stringify(faults));
  });

  it('keeps none of 1,000 parallel puts from arriving that are refused once each', async () => {
    const proxy = await startFaultProxy(server.endpoint);
    const restoreVariables = setAwsVariables(server);
    const client = adminClient(server);
    const { region } = server;
    const settings = { profile: undefined, region, endpoint: proxy.endpoint, forcePathStyle: true };
    const connection = new S3Connection(settings);
    const keys = Array.from({ length: 1_000 }, (_, index) => `object ${String(index)}`);
    try {
      await client.send(new CreateBucketCommand({ Bucket: 'refused-once' }));
      const bucket = connection.bucket('refused-once');
      proxy.plan((asked, timesBefore) =>
        asked.startsWith('PUT ') && timesBefore === 0 ? 'busy' : undefined,
      );
      await Promise.all(
        keys.map(key =>
          bucket.put({
            key,
            body: Buffer.from(key),
            condition: { kind: 'absent' },
            attributes: { contentType: 'text/plain', metadata: {} },
            signal: AbortSignal.timeout(60_000),
          }),
        ),
      );
      assert.equal(proxy.met.get('busy'), keys.length);
      const puts = [...proxy.asked].flatMap(([asked, { times }]) =>
        asked.startsWith('PUT ') ? times - 2 : [],
      );
      // One key more than once: whether the store honours conditions is found out with it.
      assert.deepEqual([puts.length, puts.filter(more => more > 0).length <= 1], [1_000, true]);
      const { Contents: objects = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: 'refused-once' }),
      );
      // S3's ETag of what came in one piece.
      assert.deepEqual(
        objects.map(({ Key: key, ETag: etag }) => [key, etag]),
        keys.toSorted().map(key => [key, `"${hash('md5', key)}"`]),
      );
    } finally {
      connection.close();
      client.destroy();
      restoreVariables();
      await proxy.stop();
    }
  });
});
