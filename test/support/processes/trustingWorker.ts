import { parentPort, Worker, workerData } from 'node:worker_threads';

import type { ConnectionSettings } from '../../../src/engine/config/settings';
import { toFailure } from '../../../src/engine/failures/failure';
import { S3Connection } from '../../../src/engine/s3/s3Connection';

/**
 * Lists a bucket in a worker of a process of its own, as the engine does: what a system trusts, Node
 * reads once for a process. Prints what came of it.
 */
async function list(settings: ConnectionSettings): Promise<string> {
  const connection = new S3Connection(settings);
  try {
    await connection.check({ target: undefined, signal: AbortSignal.timeout(20_000) });
    return 'ok';
  } catch (error) {
    const { code, subject, cause } = toFailure(error, '').toRecord();
    return JSON.stringify([code, subject, cause]);
  } finally {
    connection.close();
  }
}

if (parentPort === null) {
  const settings = JSON.parse(process.argv[2] ?? '') as ConnectionSettings;
  new Worker(__filename, { workerData: settings }).on('message', text => {
    console.log(text);
  });
} else {
  const port = parentPort;
  void list(workerData as ConnectionSettings).then(text => {
    port.postMessage(text);
  });
}
