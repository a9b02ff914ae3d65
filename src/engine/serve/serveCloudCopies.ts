import * as protocol from '../../protocol';
import type { Backup } from '../backup';
import type { Bucket } from '../bucket';
import { cloudVersions } from '../cloudCopies/cloudVersions';
import { cloudCopy, readCloudCopy } from '../cloudCopies/readCloudCopy';
import type { ServedPort } from './servedPort';

/** Single cloud copies and their versions, as the bucket has them now. */
export function serveCloudCopies(port: ServedPort, backup: Backup): void {
  port.answer(protocol.cloudCopy, (request, signal) =>
    cloudCopy(bucketOf(request), request, signal),
  );
  port.answer(protocol.readCloudCopy, (request, signal) =>
    readCloudCopy(bucketOf(request), request, signal),
  );
  port.answer(protocol.cloudVersions, (request, signal) =>
    cloudVersions(bucketOf(request), request, signal),
  );
  port.carryOut(protocol.saveCloudCopy, (request, signal) => backup.saveCopy(request, signal));

  function bucketOf({ setup }: protocol.CloudCopyRequest): Bucket {
    return backup.connection(setup.settings).bucket(setup.bucket);
  }
}
