import * as protocol from '../../protocol';
import type { Backup } from '../session/engine';
import { bucketNameFault } from '../store/bucketName';
import { checkNewName, createBucket } from '../store/createBucket';
import { inspectBucket } from '../store/inspectBucket';
import { inspectPrefix } from '../store/inspectPrefix';
import type { ServedPort } from './servedPort';

/** Credentials, the store that they lead to, and its buckets. */
export function serveStore(port: ServedPort, backup: Backup): void {
  port.answer(protocol.credentialSources, () => backup.credentialSources());
  port.carryOut(protocol.checkConnection, (check, signal) => backup.checkConnection(check, signal));
  port.answer(protocol.connectionRegion, settings => backup.connection(settings).account.region);
  port.answer(protocol.storeEndpoint, settings => backup.connection(settings).endpoint);
  port.answer(protocol.listBuckets, (request, signal) => backup.listBuckets(request, signal));
  port.answer(protocol.judgeBucketName, name => bucketNameFault(name) ?? null);
  port.carryOut(protocol.checkNewBucketName, ({ settings, bucket }, signal) =>
    checkNewName(backup.connection(settings).account, bucket, signal),
  );
  port.answer(protocol.createBucket, ({ settings, ...bucket }, signal) =>
    createBucket(backup.connection(settings).account, bucket, signal),
  );
  port.answer(protocol.inspectPrefix, ({ settings, bucket, prefix }, signal) =>
    inspectPrefix(backup.connection(settings).bucket(bucket), prefix, signal),
  );
  port.answer(protocol.inspectBucket, ({ settings, bucket, prefix }, signal) => {
    const store = backup.connection(settings);
    return inspectBucket(store.account, store.bucket(bucket), prefix, signal);
  });
  port.answer(protocol.bucketVersioning, ({ settings, bucket }, signal) =>
    backup.connection(settings).bucket(bucket).versioning(signal),
  );
  port.answer(protocol.turnOnVersioning, async ({ settings, bucket }, signal) => {
    const proof = await backup.connection(settings).account.turnOnVersioning(bucket, signal);
    return proof.kind === 'unconfirmed' ? proof.failure : null;
  });
}
