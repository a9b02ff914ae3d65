import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { StoreWeakness } from '../../../src/protocol/host';
import type { Account } from '../../../src/engine/ports/account';
import type { Bucket } from '../../../src/engine/ports/bucket';
import type { CapabilityMemory } from '../../../src/engine/ports/capabilityMemory';
import type { CredentialCache } from '../../../src/engine/s3/credentialCache';
import { S3Connection } from '../../../src/engine/s3/s3Connection';
import type { Connection } from '../../../src/engine/ports/connection';
import type { Transport } from '../../../src/engine/s3/transport';
import { setAwsVariables } from '../../../dev/awsVariables';

/** The engine's bucket `b` on a store that answers just as a test says. */
export interface StubStore {
  readonly account: Account;
  readonly bucket: Bucket;
  readonly connection: Connection;
  /** Connects once more, as another window does. */
  readonly connectAgain: () => Connection;
  readonly close: () => Promise<void>;
}

export interface StubStoreOptions {
  readonly transport?: Transport;
  readonly onWeakness?: (weakness: StoreWeakness) => void;
  readonly credentials?: CredentialCache;
  readonly memory?: CapabilityMemory;
}

export async function openStubStore(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  { transport, onWeakness, credentials, memory }: StubStoreOptions = {},
): Promise<StubStore> {
  const server = createServer((request, response) => {
    void Promise.resolve(answer(request, response)).finally(() => request.resume());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const restore = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
  const connections: Connection[] = [];
  const connectAgain = () => {
    const connected = new S3Connection(
      {
        profile: undefined,
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
        forcePathStyle: true,
      },
      {
        ...(transport && { transport }),
        ...(credentials && { credentials }),
        ...(memory && { memory }),
        onWeakness,
      },
    );
    connections.push(connected);
    return connected;
  };
  const connection = connectAgain();
  return {
    account: connection.account,
    bucket: connection.bucket('b'),
    connection,
    connectAgain,
    async close() {
      for (const each of connections) each.close();
      restore();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
