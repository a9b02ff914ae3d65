import assert from 'node:assert/strict';
import { Failure } from '../../../src/engine/failures/failure';
import type { LifecycleRule } from '../../../src/engine/ports/account';
import { inspectBucket, inspectPrefix } from '../../../src/engine/store/inspectBucket';
import { memoryAccount } from '../../support/memory/memoryAccount';
import { memoryBucket } from '../../support/memory/memoryBucket';

describe('inspectBucket', () => {
  const { signal } = new AbortController();
  const versioned = { name: 'mine', versioning: () => Promise.resolve('enabled' as const) };

  function rule(parts: Partial<LifecycleRule>): LifecycleRule {
    return { prefix: '', expires: false, archives: false, ...parts };
  }

  it('tells what is known', async () => {
    const account = memoryAccount({ mine: 'usable' });
    account.access = 'public';
    account.locked = 30;
    const traits = await inspectBucket(account, versioned, 'a/', signal);
    assert.deepEqual(traits, {
      region: undefined,
      versioning: 'enabled',
      isPublic: true,
      expires: false,
      archives: false,
      lockedDays: 30,
    });
  });

  it('takes every refusal for not known, and never fails by it', async () => {
    const account = memoryAccount({ mine: 'usable' });
    for (const call of ['presence', 'publicAccess', 'lifecycle', 'lockedDays'] as const) {
      account.refused.add(call);
    }
    const traits = await inspectBucket(account, versioned, '', signal);
    assert.deepEqual(traits, {
      region: undefined,
      versioning: 'enabled',
      isPublic: undefined,
      expires: undefined,
      archives: undefined,
      lockedDays: undefined,
    });
  });

  it('learns nothing where the endpoint does not prove to be that of a store', async () => {
    const account = memoryAccount();
    account.presence = () => Promise.reject(new Failure('not-s3', 'e'));
    await assert.rejects(inspectBucket(account, versioned, '', signal), { code: 'not-s3' });
  });

  const cases: readonly (readonly [string, string, boolean])[] = [
    ['', 'a/', true],
    ['a/', 'a/', true],
    ['a/old', 'a/', true],
    ['a', 'a/', true],
    ['b/', 'a/', false],
    ['b/', '', true],
  ];
  for (const [theirs, ours, concerned] of cases) {
    it(`a rule for “${theirs}” ${concerned ? 'concerns' : 'leaves alone'} “${ours}”`, async () => {
      const account = memoryAccount({ mine: 'usable' });
      account.rules.push(rule({ prefix: theirs, expires: true, archives: true }));
      const { expires, archives } = await inspectBucket(account, versioned, ours, signal);
      assert.deepEqual({ expires, archives }, { expires: concerned, archives: concerned });
    });
  }

  it('cancelled, it fails as cancelled', async () => {
    const question = inspectBucket(memoryAccount(), versioned, '', AbortSignal.abort());
    await assert.rejects(question, { code: 'cancelled' });
  });
});

describe('inspectPrefix', () => {
  const { signal } = new AbortController();

  it('counts what stands below the prefix and names three of it', async () => {
    const bucket = memoryBucket();
    for (const key of ['a/1', 'a/2', 'a/b/3', 'a/b/4', 'ab/5', '6']) bucket.place(key, key);
    const contents = await inspectPrefix(bucket, 'a/', signal);
    assert.deepEqual(contents, { kind: 'counted', count: 4, examples: ['1', '2', 'b/3'] });
    assert.deepEqual(await inspectPrefix(bucket, 'none/', signal), {
      kind: 'counted',
      count: 0,
      examples: [],
    });
  });

  it('stops counting at a thousand', async () => {
    const bucket = memoryBucket();
    for (let index = 0; index < 3_500; index++) {
      bucket.place(`k${String(index).padStart(5, '0')}`, '');
    }
    const contents = await inspectPrefix(bucket, '', signal);
    assert.ok(contents.kind === 'more-than');
    assert.equal(contents.count, 1_000);
    assert.ok(bucket.calls.length <= 2, 'The rest was not listed.');
  });

  it('does not know where it may not list, and fails where there is no bucket', async () => {
    const bucket = memoryBucket();
    bucket.failNext('list', new Failure('access-denied', 'memory'));
    assert.deepEqual(await inspectPrefix(bucket, '', signal), { kind: 'unknown' });
    bucket.failNext('list', new Failure('no-such-bucket', 'memory'));
    await assert.rejects(inspectPrefix(bucket, '', signal), { code: 'no-such-bucket' });
  });
});
