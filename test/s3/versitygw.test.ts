import { prepareVersitygw, startVersitygw, versitygwBuildTimeoutMs } from '../../dev/versitygw';
import { describeBucketContract } from './bucketContract';
import { openS3Store } from './s3Store';

// Tests before these need not wait for it.
prepareVersitygw();
describeBucketContract({
  name: 'a gateway to files (versitygw)',
  lacks: {
    shortPagesOfVersions: 'versitygw begins the next page where the last one began',
    nameLimit: 'versitygw takes names of any length',
    emptySegments: 'versitygw lists them under another name',
    dotSegments: 'versitygw lists them under another name',
    controlCharacters: 'versitygw does not encode keys in lists',
    longSegments: 'versitygw takes 255 bytes between slashes',
    fileBesideFolder: 'versitygw keeps objects as files',
  },
  openTimeoutMs: versitygwBuildTimeoutMs,
  async open() {
    const server = await startVersitygw();
    return server.kind === 'unavailable' ? server : openS3Store(server, { keepsVersions: true });
  },
});
