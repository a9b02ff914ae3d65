import assert from 'node:assert/strict';

import type { LifecycleRule } from '../../../src/engine/ports/account';
import { Failure } from '../../../src/engine/failures/failure';
import { inspectBucket } from '../../../src/engine/store/inspectBucket';
import { memoryAccount } from '../../support/memory/memoryAccount';

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
