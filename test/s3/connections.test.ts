import assert from 'node:assert/strict';

import { S3Connection } from '../../src/engine/s3/s3Connection';
import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import { eventually } from '../support/suite/eventually';

describe('Connections to a store', () => {
  let server: EmbeddedS3;
  let wire: WireRecorder;
  let restoreVariables: () => void;

  before(async () => {
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
    server = await startEmbeddedS3({ buckets: ['reused'] });
    wire = await startWireRecorder(server.endpoint);
  });
  after(async () => {
    restoreVariables();
    await wire.stop();
    await server.stop();
  });

  it('are used again, for large bodies too, and closed at the end', async () => {
    const connection = new S3Connection({
      profile: undefined,
      region: 'us-east-1',
      endpoint: wire.endpoint,
      forcePathStyle: true,
    });
    const bucket = connection.bucket('reused');
    const lanes = 4;
    // From 2 MiB on the SDK's own agent would open a connection for each.
    const body = Buffer.alloc(2 * 1024 * 1024 + 1);
    const keys = Array.from({ length: 20 }, (_, index) => `object ${String(index)}`).values();
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (const key of keys) {
          await bucket.put({
            key,
            body,
            condition: { kind: 'absent' },
            attributes: { contentType: 'text/plain', metadata: {} },
            signal: AbortSignal.timeout(10_000),
          });
        }
      }),
    );
    const puts = wire.requests.filter(({ method }) => method === 'PUT');
    assert.equal(puts.length, 20);
    assert.ok(wire.connections <= lanes, `${String(wire.connections)} connections`);
    for (const { headers } of puts) {
      assert.equal(headers['expect'], undefined);
      assert.equal(headers['content-encoding'], undefined);
      assert.equal(headers['content-length'], String(body.length));
    }
    connection.close();
    await eventually(() => {
      assert.equal(wire.openConnections, 0);
    });
  });
});
