import * as cloudCopyMessages from '../../protocol/cloudCopies';
import type { Engine } from '../session/engine';
import type { Bucket } from '../ports/bucket';
import { cloudVersions, cloudCopy, readCloudCopy } from '../store/cloudCopies';
import type { ServedPort } from './servedPort';

/**
 * Single cloud copies and their versions, as the bucket has them now; `disk` is for what writes them
 * to the disk.
 */
export function serveCloudCopies(port: ServedPort, disk: ServedPort, engine: Engine): void {
  port.onRequest(cloudCopyMessages.cloudCopy, (request, signal) =>
    cloudCopy(bucketOf(request), request, signal),
  );
  port.onRequest(cloudCopyMessages.readCloudCopy, (request, signal) =>
    readCloudCopy(bucketOf(request), request, signal),
  );
  port.onRequest(cloudCopyMessages.cloudVersions, (request, signal) =>
    cloudVersions(bucketOf(request), request, signal),
  );
  disk.onCommand(cloudCopyMessages.saveCloudCopy, (request, signal) =>
    engine.saveCopy(request, signal),
  );

  function bucketOf({ setup }: cloudCopyMessages.CloudCopyRequest): Bucket {
    return engine.stores.connection(setup.settings).bucket(setup.bucket);
  }
}
