import * as bucketMessages from '../../protocol/buckets';
import * as credentialMessages from '../../protocol/credentials';
import type { Engine } from '../session/engine';
import { bucketNameFault } from '../store/bucketName';
import { checkNewName, createBucket } from '../store/createBucket';
import { inspectBucket } from '../store/inspectBucket';
import { inspectPrefix } from '../store/inspectPrefix';
import type { ServedPort } from './servedPort';

/** Credentials, the store that they lead to, and its buckets. */
export function serveStore(port: ServedPort, backup: Engine): void {
  port.onRequest(credentialMessages.credentialSources, () => backup.credentialSources());
  port.onCommand(credentialMessages.checkConnection, (check, signal) =>
    backup.checkConnection(check, signal),
  );
  port.onRequest(
    credentialMessages.connectionRegion,
    settings => backup.connection(settings).account.region,
  );
  port.onRequest(
    credentialMessages.storeEndpoint,
    settings => backup.connection(settings).endpoint,
  );
  port.onRequest(bucketMessages.listBuckets, (request, signal) =>
    backup.listBuckets(request, signal),
  );
  port.onRequest(bucketMessages.judgeBucketName, name => bucketNameFault(name) ?? null);
  port.onCommand(bucketMessages.checkNewBucketName, ({ settings, bucket }, signal) =>
    checkNewName(backup.connection(settings).account, bucket, signal),
  );
  port.onRequest(bucketMessages.createBucket, ({ settings, ...bucket }, signal) =>
    createBucket(backup.connection(settings).account, bucket, signal),
  );
  port.onRequest(bucketMessages.inspectPrefix, ({ settings, bucket, prefix }, signal) =>
    inspectPrefix(backup.connection(settings).bucket(bucket), prefix, signal),
  );
  port.onRequest(bucketMessages.inspectBucket, ({ settings, bucket, prefix }, signal) => {
    const store = backup.connection(settings);
    return inspectBucket(store.account, store.bucket(bucket), prefix, signal);
  });
  port.onRequest(bucketMessages.bucketVersioning, ({ settings, bucket }, signal) =>
    backup.connection(settings).bucket(bucket).versioning(signal),
  );
  port.onRequest(bucketMessages.turnOnVersioning, async ({ settings, bucket }, signal) => {
    const proof = await backup.connection(settings).account.turnOnVersioning(bucket, signal);
    return proof.kind === 'unconfirmed' ? proof.failure : null;
  });
}
