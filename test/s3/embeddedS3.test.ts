import { startEmbeddedS3 } from '../../dev/embeddedS3';
import { describeBucketContract } from './bucketContract';
import { openS3Store } from './s3Store';

describeBucketContract({
  name: 'the embedded server (fauxqs)',
  lacks: {
    atomicConditions: 'fauxqs ignores conditions',
    checksMultipartSize: 'fauxqs ignores the announced size',
    mixedCasePaging: 'fauxqs loses keys of mixed case between pages',
    checksums: 'fauxqs keeps no checksums',
    versions: 'fauxqs keeps no versions',
    pagesOfVersions: 'fauxqs keeps no versions',
    listsParts: 'fauxqs lists no parts',
    nameLimit: 'fauxqs takes names of any length',
    carriageReturns: 'fauxqs does not encode keys in lists',
  },
  async open() {
    const server = await startEmbeddedS3();
    return openS3Store(
      { ...server, region: 'us-east-1', accessKeyId: 'any', secretAccessKey: 'any' },
      { keepsVersions: false },
    );
  },
});
