import * as bucketMessages from '../../protocol/buckets';
import * as credentialMessages from '../../protocol/credentials';
import type { Engine } from '../session/engine';
import { checkNewName, createBucket, bucketNameFault } from '../store/createBucket';
import { inspectBucket, inspectPrefix } from '../store/inspectBucket';
import type { ServedPort } from './servedPort';

/** Credentials, the store that they lead to, and its buckets. */
export function serveStore(port: ServedPort, engine: Engine): void {
  port.onRequest(credentialMessages.credentialSources, () => engine.stores.credentialSources());
  port.onCommand(credentialMessages.checkConnection, (check, signal) =>
    engine.stores.checkConnection(check, signal),
  );
  port.onNotification(credentialMessages.accessKeyChanged, () => {
    engine.stores.tryAgain();
  });
  port.onRequest(
    credentialMessages.callerIdentity,
    async (request, signal) => (await engine.stores.caller(request, signal)) ?? null,
  );
  port.onRequest(credentialMessages.signIn, (settings, signal) =>
    engine.stores.signIn(settings, signal),
  );
  port.onRequest(
    credentialMessages.connectionRegion,
    settings => engine.stores.named(settings).account.region,
  );
  port.onRequest(credentialMessages.storeEndpoint, settings => engine.stores.named(settings).store);
  port.onRequest(bucketMessages.listBuckets, (request, signal) =>
    engine.stores.listBuckets(request, signal),
  );
  port.onRequest(bucketMessages.judgeBucketName, name => bucketNameFault(name) ?? null);
  port.onCommand(bucketMessages.checkNewBucketName, ({ settings, bucket }, signal) =>
    checkNewName(engine.stores.connection(settings).account, bucket, signal),
  );
  port.onRequest(bucketMessages.createBucket, ({ settings, ...bucket }, signal) =>
    createBucket(engine.stores.connection(settings).account, bucket, signal),
  );
  port.onRequest(bucketMessages.inspectPrefix, ({ settings, bucket, prefix }, signal) =>
    inspectPrefix(engine.stores.connection(settings).bucket(bucket), prefix, signal),
  );
  port.onRequest(bucketMessages.listPrefixes, ({ settings, bucket, prefix }, signal) =>
    engine.stores.connection(settings).bucket(bucket).folders({ prefix, signal }),
  );
  port.onRequest(bucketMessages.inspectBucket, ({ settings, bucket, prefix }, signal) => {
    const store = engine.stores.connection(settings);
    return inspectBucket(store.account, store.bucket(bucket), prefix, signal);
  });
  port.onRequest(bucketMessages.bucketVersioning, ({ settings, bucket }, signal) =>
    engine.stores.connection(settings).bucket(bucket).versioning(signal),
  );
  port.onRequest(bucketMessages.bucketCapabilities, async ({ settings, bucket }, signal) => {
    const connection = engine.stores.connection(settings);
    await connection.check({ target: { bucket, prefix: '' }, signal });
    const versioning = await connection.bucket(bucket).versioning(signal);
    const capabilities = connection.capabilitiesOf(bucket);
    return { endpoint: connection.endpoint, capabilities, versioning };
  });
  port.onRequest(bucketMessages.turnOnVersioning, async ({ settings, bucket }, signal) => {
    const proof = await engine.stores.connection(settings).account.turnOnVersioning(bucket, signal);
    return proof.kind === 'unconfirmed' ? proof.failure : null;
  });
}
