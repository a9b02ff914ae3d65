import assert from 'node:assert/strict';
import {
  bucketNameFault,
  checkNewName,
  createBucket,
} from '../../../src/engine/store/createBucket';
import type { BucketNameFault } from '../../../src/protocol/buckets';
import { memoryAccount } from '../../support/memory/memoryAccount';

describe('createBucket', () => {
  const { signal } = new AbortController();
  const all = ['block-public-access', 'keep-versions', 'clean-up-uploads'] as const;

  it('makes the bucket in its region and sets what was asked for, and nothing else', async () => {
    const account = memoryAccount();
    const options = ['block-public-access'] as const;
    const made = await createBucket(
      account,
      { bucket: 'new-one', region: 'eu-west-1', options },
      signal,
    );
    assert.deepEqual(made, { notSet: [], unconfirmed: [] });
    assert.deepEqual(account.created.get('new-one'), {
      region: 'eu-west-1',
      options: [...options],
    });
  });

  it('says what the store would not set, and goes on with the rest', async () => {
    const account = memoryAccount();
    account.refused.add('block-public-access');
    const bucket = { bucket: 'new-one', region: 'us-east-1', options: all };
    const { notSet } = await createBucket(account, bucket, signal);
    assert.deepEqual(
      notSet.map(({ option, failure }) => [option, failure.code]),
      [['block-public-access', 'access-denied']],
    );
    assert.deepEqual(account.created.get('new-one')?.options, [
      'keep-versions',
      'clean-up-uploads',
    ]);
  });

  it('says what the store took and does not show', async () => {
    const account = memoryAccount();
    account.unshown.add('keep-versions');
    const bucket = { bucket: 'new-one', region: 'us-east-1', options: all };
    const { notSet, unconfirmed } = await createBucket(account, bucket, signal);
    assert.deepEqual(notSet, []);
    assert.deepEqual(
      unconfirmed.map(({ option, failure }) => [option, failure.code]),
      [['keep-versions', 'access-denied']],
    );
  });

  it('does not touch a bucket that is there already, whoever has it', async () => {
    const account = memoryAccount({ mine: 'usable', hidden: 'forbidden' });
    for (const [bucket, code] of [
      ['mine', 'bucket-already-yours'],
      ['hidden', 'bucket-not-seen'],
      ['Not a Name', 'invalid-bucket-name'],
    ] as const) {
      await assert.rejects(
        createBucket(account, { bucket, region: 'us-east-1', options: all }, signal),
        { code },
      );
      await assert.rejects(checkNewName(account, bucket, signal), { code });
    }
    assert.equal(account.created.size, 0);
  });

  it('stops between its steps when it is cancelled', async () => {
    const account = memoryAccount();
    const controller = new AbortController();
    account.setUp = () => {
      controller.abort();
      return Promise.reject(new Error('aborted'));
    };
    const bucket = { bucket: 'new-one', region: 'us-east-1', options: all };
    await assert.rejects(createBucket(account, bucket, controller.signal), { code: 'cancelled' });
  });
});

describe('bucketName', () => {
  const table: readonly (readonly [string, BucketNameFault | undefined])[] = [
    ['abc', undefined],
    ['a'.repeat(63), undefined],
    ['my.backup-2026', undefined],
    ['1.2.3.4.5', undefined],
    ['1.2.3', undefined],
    ['a--b', undefined],
    ['Backup', 'characters'],
    ['my_backup', 'characters'],
    ['my backup', 'characters'],
    ['ünterwegs', 'characters'],
    ['a/b', 'characters'],
    ['', 'too-short'],
    ['ab', 'too-short'],
    ['a'.repeat(64), 'too-long'],
    ['-abc', 'ends'],
    ['abc-', 'ends'],
    ['.abc', 'ends'],
    ['abc.', 'ends'],
    ['a..b', 'adjacent-dots'],
    ['192.168.5.4', 'ip-address'],
    ['xn--abc', 'reserved-beginning'],
    ['sthree-abc', 'reserved-beginning'],
    ['amzn-s3-demo-abc', 'reserved-beginning'],
    ['abc-s3alias', 'reserved-end'],
    ['abc--ol-s3', 'reserved-end'],
    ['abc.mrap', 'reserved-end'],
    ['abc--x-s3', 'reserved-end'],
    ['abc--table-s3', 'reserved-end'],
  ];
  for (const [name, fault] of table) {
    it(`finds ${fault ?? 'nothing'} wrong with “${name}”`, () => {
      assert.equal(bucketNameFault(name), fault);
    });
  }
});
