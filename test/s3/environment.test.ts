import { openAnyStore } from './anyStore';
import { describeBucketContract } from './bucketContract';
import type { Capability, ContractStore } from './contract/harness';

/**
 * Any store: `S3_BACKUP_TEST_ENDPOINT` is its URL, the usual `AWS_*` variables hold credentials and
 * region, `S3_BACKUP_TEST_LACKS` the capabilities it lacks, with commas between. The suite makes three
 * buckets there, one that keeps versions, and removes them.
 */
const endpoint = process.env['S3_BACKUP_TEST_ENDPOINT'];
const lacking = (process.env['S3_BACKUP_TEST_LACKS'] ?? '').split(',');

if (endpoint === undefined || endpoint === '') {
  describe('Bucket contract: the store of the environment', () => {
    it.skip('keeps every promise (S3_BACKUP_TEST_ENDPOINT is not set)');
  });
} else {
  describeBucketContract({
    name: endpoint,
    lacks: lacks(lacking),
    open: () =>
      openAnyStore({
        endpoint,
        bucketPrefix: 's3-backup-test',
        versions: lacking.includes('versions') ? 'unused' : 'needed',
      }),
  });
}

function lacks(list: readonly string[]): ContractStore['lacks'] {
  const told = list.filter(capability => capability !== '');
  return {
    ...Object.fromEntries(told.map(capability => [capability, 'S3_BACKUP_TEST_LACKS'])),
    ...({
      wire: 'no recorder stands before it',
    } satisfies Partial<Record<Capability, string>>),
  };
}
