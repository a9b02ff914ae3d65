import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { FolderSetup } from '../../../src/protocol/folders';
import { setAwsVariables } from '../../../dev/awsVariables';
import { aFolder } from '../engine/aFolder';

/** A store with one bucket that it lists, and of which no object is ever given. */
export interface ListStore {
  readonly server: Server;
  /** How many requests came for something else than the list; none of them is answered. */
  readonly waiting: () => number;
  /** The folder below `root` as it is backed up to the top of that bucket. */
  readonly setup: (root: string) => FolderSetup;
  readonly close: () => Promise<void>;
}

interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

export async function openListStore(objects: readonly ListedObject[]): Promise<ListStore> {
  let waiting = 0;
  const server = createServer(({ url = '' }, response) => {
    if (url.includes('list-type=2')) response.end(listAnswer(objects));
    else waiting++;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const settings = { region: 'us-east-1', endpoint, forcePathStyle: true };
  return {
    server,
    waiting: () => waiting,
    setup: root => aFolder({ root, bucket: 'b', prefix: '', settings }),
    async close() {
      restoreVariables();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function listAnswer(objects: readonly ListedObject[]): string {
  const contents = objects.map(
    ({ key, etag, size }) =>
      `<Contents><Key>${key}</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified>` +
      `<ETag>"${etag}"</ETag><Size>${String(size)}</Size>` +
      '<StorageClass>STANDARD</StorageClass></Contents>',
  );
  return (
    '<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>' +
    `<KeyCount>${String(objects.length)}</KeyCount>${contents.join('')}</ListBucketResult>`
  );
}
