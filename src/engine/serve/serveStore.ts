import * as bucketMessages from '../../protocol/buckets';
import * as credentialMessages from '../../protocol/credentials';
import type { Backup } from '../session/engine';
import { bucketNameFault } from '../store/bucketName';
import { checkNewName, createBucket } from '../store/createBucket';
import { inspectBucket } from '../store/inspectBucket';
import { inspectPrefix } from '../store/inspectPrefix';
import type { ServedPort } from './servedPort';

/** Credentials, the store that they lead to, and its buckets. */
export function serveStore(port: ServedPort, backup: Backup): void {
  port.answer(credentialMessages.credentialSources, () => backup.credentialSources());
  port.carryOut(credentialMessages.checkConnection, (check, signal) =>
    backup.checkConnection(check, signal),
  );
  port.answer(
    credentialMessages.connectionRegion,
    settings => backup.connection(settings).account.region,
  );
  port.answer(credentialMessages.storeEndpoint, settings => backup.connection(settings).endpoint);
  port.answer(bucketMessages.listBuckets, (request, signal) => backup.listBuckets(request, signal));
  port.answer(bucketMessages.judgeBucketName, name => bucketNameFault(name) ?? null);
  port.carryOut(bucketMessages.checkNewBucketName, ({ settings, bucket }, signal) =>
    checkNewName(backup.connection(settings).account, bucket, signal),
  );
  port.answer(bucketMessages.createBucket, ({ settings, ...bucket }, signal) =>
    createBucket(backup.connection(settings).account, bucket, signal),
  );
  port.answer(bucketMessages.inspectPrefix, ({ settings, bucket, prefix }, signal) =>
    inspectPrefix(backup.connection(settings).bucket(bucket), prefix, signal),
  );
  port.answer(bucketMessages.inspectBucket, ({ settings, bucket, prefix }, signal) => {
    const store = backup.connection(settings);
    return inspectBucket(store.account, store.bucket(bucket), prefix, signal);
  });
  port.answer(bucketMessages.bucketVersioning, ({ settings, bucket }, signal) =>
    backup.connection(settings).bucket(bucket).versioning(signal),
  );
  port.answer(bucketMessages.turnOnVersioning, async ({ settings, bucket }, signal) => {
    const proof = await backup.connection(settings).account.turnOnVersioning(bucket, signal);
    return proof.kind === 'unconfirmed' ? proof.failure : null;
  });
}
