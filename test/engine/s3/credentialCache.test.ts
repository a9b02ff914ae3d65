import assert from 'node:assert/strict';

import { Failure } from '../../../src/engine/failures/failure';
import { CredentialCache } from '../../../src/engine/s3/credentialCache';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';

const minuteMs = 60_000;

describe('Cached credentials', () => {
  let aws: AwsFiles;
  let nowMs: number;
  let resolutions: string[];
  /** When the credentials of the next resolution end; never, where it is undefined. */
  let endMs: number | undefined;
  let fault: Failure | undefined;
  let cache: CredentialCache;

  beforeEach(async () => {
    aws = await awsFiles();
    nowMs = 1_000_000;
    resolutions = [];
    endMs = undefined;
    fault = undefined;
    cache = new CredentialCache({
      now: () => nowMs,
      resolve: source => {
        const name = typeof source === 'object' ? source.place : source;
        resolutions.push(name ?? 'chain');
        if (fault !== undefined) return Promise.reject(fault);
        const end = endMs === undefined ? {} : { expiration: new Date(endMs) };
        const accessKeyId = `K${String(resolutions.length)}`;
        return Promise.resolve({ accessKeyId, secretAccessKey: 's', ...end });
      },
    });
  });
  afterEach(() => aws.remove());

  const keyOf = async (profile?: string) => (await cache.get(profile)).accessKeyId;
  const keysOf = async (count: number) =>
    new Set(await Promise.all(Array.from({ length: count }, () => keyOf('p'))));

  it('are got once for all who ask at the same time, and kept', async () => {
    assert.deepEqual(await keysOf(48), new Set(['K1']));
    nowMs += 1_000 * minuteMs;
    assert.equal(await keyOf('p'), 'K1');
    assert.deepEqual(resolutions, ['p']);
  });

  it('are those of their profile', async () => {
    assert.deepEqual([await keyOf('p'), await keyOf('q'), await keyOf()], ['K1', 'K2', 'K3']);
    assert.deepEqual(resolutions, ['p', 'q', 'chain']);
  });

  it('are renewed once in their last five minutes, while the old ones serve', async () => {
    endMs = nowMs + 60 * minuteMs;
    await keyOf('p');
    nowMs += 54 * minuteMs;
    await keyOf('p');
    assert.equal(resolutions.length, 1);
    nowMs += 2 * minuteMs;
    endMs = nowMs + 60 * minuteMs;
    assert.deepEqual(await keysOf(48), new Set(['K1']));
    assert.equal(await keyOf('p'), 'K2');
    assert.deepEqual(resolutions, ['p', 'p']);
  });

  it('are not asked for again before their end where their source has none that end later', async () => {
    endMs = nowMs + 4 * minuteMs;
    for (let second = 0; second < 239; second++) {
      assert.equal(await keyOf('p'), 'K1');
      nowMs += 1_000;
    }
    assert.equal(resolutions.length, 1);
    nowMs += 1_000;
    endMs = nowMs + 60 * minuteMs;
    assert.deepEqual(await keysOf(48), new Set(['K2']));
  });

  it('serve until their end where they cannot be renewed, and nobody is asked meanwhile', async () => {
    endMs = nowMs + 60 * minuteMs;
    await keyOf('p');
    nowMs += 56 * minuteMs;
    fault = new Failure('program-failed', 'p');
    for (let request = 0; request < 10; request++)
      assert.deepEqual(await keysOf(1), new Set(['K1']));
    assert.equal(resolutions.length, 2);
    nowMs += 4 * minuteMs;
    await assert.rejects(keyOf('p'), { code: 'program-failed' });
  });

  it('fail for all who ask at the same time, and are got anew by the next', async () => {
    fault = new Failure('program-failed', 'p');
    const asked = await Promise.allSettled(Array.from({ length: 48 }, () => keyOf('p')));
    assert.ok(asked.every(({ status }) => status === 'rejected'));
    assert.equal(resolutions.length, 1);
  });

  for (const code of ['program-failed', 'program-not-found', 'profile-failed'] as const) {
    it(`are not asked for again by themselves after ${code}, but where somebody wants it`, async () => {
      fault = new Failure(code, 'p');
      for (let second = 0; second < 60; second++) {
        await assert.rejects(keyOf('p'), { code });
        nowMs += 1_000;
      }
      assert.equal(resolutions.length, 1);
      cache.tryAgain('p');
      await assert.rejects(keyOf('p'), { code });
      assert.equal(resolutions.length, 2);
      fault = undefined;
      await assert.rejects(keyOf('p'), { code });
      cache.tryAgain('p');
      assert.equal(await keyOf('p'), 'K3');
    });
  }

  it('are not asked for again by themselves while a store refuses the old ones', async () => {
    await keyOf('p');
    fault = new Failure('program-failed', 'p');
    for (let second = 0; second < 60; second++) {
      assert.equal(await keyOf('p'), 'K1');
      for (let request = 0; request < 4; request++) {
        cache.refused('p', { accessKeyId: 'K1', sessionToken: undefined });
        await assert.rejects(keyOf('p'), { code: 'program-failed' });
      }
      nowMs += 1_000;
    }
    assert.equal(resolutions.length, 2);
  });

  it('are asked for again by themselves after a failure when a shared file has changed', async () => {
    await aws.write({ config: '[profile p]\n' });
    fault = new Failure('program-failed', 'p');
    await assert.rejects(keyOf('p'), { code: 'program-failed' });
    fault = undefined;
    await assert.rejects(keyOf('p'), { code: 'program-failed' });
    await aws.write({ config: '[profile p]\nregion = x\n' });
    assert.equal(await keyOf('p'), 'K2');
  });

  it('are asked for again by themselves where the network or a sign-in was missing', async () => {
    for (const code of ['sign-in-needed', 'unreachable'] as const) {
      fault = new Failure(code, 'p');
      await assert.rejects(keyOf('p'), { code });
    }
    fault = undefined;
    assert.equal(await keyOf('p'), 'K3');
  });

  it('are got anew once after a store has refused them, however many were refused', async () => {
    await keyOf('p');
    for (let request = 0; request < 48; request++) {
      cache.refused('p', { accessKeyId: 'K1', sessionToken: undefined });
    }
    assert.deepEqual(await keysOf(48), new Set(['K2']));
    // An answer that was long on its way.
    cache.refused('p', { accessKeyId: 'K1', sessionToken: undefined });
    assert.equal(await keyOf('p'), 'K2');
  });

  it('serve on after a store has refused them where there are no others', async () => {
    await keyOf('p');
    fault = new Failure('program-failed', 'p');
    cache.refused('p', { accessKeyId: 'K1', sessionToken: undefined });
    await assert.rejects(keyOf('p'), { code: 'program-failed' });
    assert.equal(await keyOf('p'), 'K1');
    assert.equal(resolutions.length, 2);
  });

  it('are got anew once in a second where the source has nothing but what is refused', async () => {
    const same = new CredentialCache({
      now: () => nowMs,
      resolve: () => {
        resolutions.push('same');
        return Promise.resolve({ accessKeyId: 'K', secretAccessKey: 's' });
      },
    });
    for (let second = 0; second < 10; second++) {
      for (let request = 0; request < 48; request++) {
        await same.get('p');
        same.refused('p', { accessKeyId: 'K', sessionToken: undefined });
      }
      nowMs += 500;
    }
    assert.equal(resolutions.length, 6);
  });

  it('are got anew after the shared files were changed', async () => {
    await aws.write({ credentials: '[p]\n' });
    cache.heed({ profile: 'p' });
    await keyOf('p');
    cache.heed({ profile: 'p' });
    assert.equal(await keyOf('p'), 'K1');
    await aws.write({ credentials: '[p]\nregion = x\n' });
    cache.heed({ profile: 'p' });
    assert.equal(await keyOf('p'), 'K2');
  });
});
