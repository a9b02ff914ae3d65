import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';

import {
  attempt,
  maxAttempts,
  type Attempt,
  type AttemptOptions,
} from '../../../src/engine/network/attempt';
import { CircuitBreaker } from '../../../src/engine/network/circuitBreaker';
import { Failure } from '../../../src/engine/failures/failure';
import type { FailureCode } from '../../../src/protocol/failures';
import { assertProperty } from '../../support/suite/assertProperty';

const never = new AbortController().signal;

function failure(code: FailureCode, retryAfter?: string, cause?: object): Failure {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return new Failure(code, 'x', Object.assign(new Error(code), { $response: { headers } }, cause));
}

/** Runs an operation that always fails, ticking through its pauses, and gives when it was tried. */
async function timesOfTries(failing: () => Failure): Promise<readonly number[]> {
  const times: number[] = [];
  let now = 0;
  const ended = new AbortController();
  const running = attempt(
    () => {
      times.push(now);
      return Promise.reject(failing());
    },
    { subject: 'x', signal: never },
  ).catch(() => {
    ended.abort();
  });
  for (; !ended.signal.aborted; now++) {
    await new Promise(resolve => setImmediate(resolve));
    mock.timers.tick(1);
    if (now > 400_000) throw new Error('It never ends.');
  }
  await running;
  return times;
}

describe('attempt', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  it('gives the first success, and counts its tries', async () => {
    const tries: Attempt[] = [];
    const told: number[] = [];
    mock.method(Math, 'random', () => 0);
    const running = attempt(
      number => {
        tries.push(number);
        return number.number < 3 ? Promise.reject(failure('store-busy')) : Promise.resolve('done');
      },
      { subject: 'x', signal: never, onAttempt: number => told.push(number) },
    );
    for (let turn = 0; turn < 4; turn++) {
      await new Promise(resolve => setImmediate(resolve));
      mock.timers.tick(1);
    }
    assert.equal(await running, 'done');
    assert.deepEqual(
      tries.map(({ number }) => number),
      [1, 2, 3],
    );
    assert.deepEqual(told, [1, 2, 3]);
  });

  it('tries four times in all, waiting longer each time, with full jitter', async () => {
    for (const [random, expected] of [
      [0.999_999, [500, 1_500, 3_500]],
      [0.5, [250, 750, 1_750]],
      [0, [1, 2, 3]],
    ] as const) {
      mock.method(Math, 'random', () => random);
      const times = await timesOfTries(() => failure('unreachable'));
      assert.equal(times.length, maxAttempts);
      for (const [index, time] of expected.entries()) {
        assert.ok(
          Math.abs((times[index + 1] ?? 0) - time) <= 4,
          `${times.join()} for ${String(random)}`,
        );
      }
    }
  });

  it('waits as long as the store asks for, and not for ever', async () => {
    mock.method(Math, 'random', () => 0);
    const [, second = 0] = await timesOfTries(() => failure('store-busy', '3'));
    assert.ok(second >= 3_000 && second < 3_010);
    const [, capped = 0] = await timesOfTries(() => failure('store-busy', '86400'));
    assert.ok(capped >= 60_000 && capped < 60_010);
  });

  it('tries no more what has taken minutes, but for what waits for the store to come back', async () => {
    mock.method(Math, 'random', () => 0);
    const timesTried = async (how: Pick<AttemptOptions, 'breaker'>) => {
      let tries = 0;
      const slow = () => {
        tries++;
        for (let second = 0; second < 110; second++) mock.timers.tick(1_000);
        return Promise.reject(failure('timed-out'));
      };
      const ended = new AbortController();
      const running = attempt(slow, { subject: 'x', signal: never, ...how }).catch(() => {
        ended.abort();
      });
      while (!ended.signal.aborted) {
        await new Promise(resolve => setImmediate(resolve));
        mock.timers.tick(1_000);
      }
      await running;
      return tries;
    };
    assert.equal(await timesTried({}), 3);
    const breaker = new CircuitBreaker({
      firstProbeDelayMs: 1,
      onChange: () => undefined,
      probe: () => Promise.resolve(),
    });
    assert.equal(await timesTried({ breaker }), maxAttempts + 1);
  });

  const retried: readonly FailureCode[] = [
    'unreachable',
    'host-not-found',
    'timed-out',
    'store-busy',
    'store-error',
    'not-verified',
  ];
  const notRetried: readonly FailureCode[] = [
    'access-denied',
    'no-credentials',
    'credentials-refused',
    'credentials-expired',
    'credentials-incomplete',
    'profile-not-found',
    'sign-in-needed',
    'certificate',
    'certificate-name',
    'certificate-date',
    'not-s3',
    'no-such-bucket',
    'no-such-key',
    'no-such-upload',
    'changed-in-cloud',
    'key-too-long',
    'not-implemented',
    'file-refused',
    'cancelled',
    'unexpected',
  ];

  it('tries again only what trying again can change', async () => {
    mock.method(Math, 'random', () => 0);
    for (const code of [...retried, ...notRetried]) {
      const times = await timesOfTries(() => failure(code));
      assert.equal(times.length, retried.includes(code) ? maxAttempts : 1, code);
    }
  });

  it('tries once more, by the corrected clock, where the clock is refused', async () => {
    mock.method(Math, 'random', () => 0);
    assert.equal((await timesOfTries(() => failure('clock-skew'))).length, 2);
  });

  it('throws what is no failure at once', async () => {
    const running = attempt(() => Promise.reject(new TypeError('bug')), {
      subject: 'x',
      signal: never,
    });
    await assert.rejects(running, TypeError);
  });

  it('remembers that an earlier try may have been carried out', async () => {
    mock.method(Math, 'random', () => 0);
    const refused = { code: 'ECONNREFUSED' };
    const steps = fc.constantFrom(
      { make: () => failure('timed-out'), uncertain: true },
      { make: () => failure('store-error'), uncertain: true },
      { make: () => failure('unreachable'), uncertain: true },
      { make: () => failure('unreachable', undefined, refused), uncertain: false },
      { make: () => failure('host-not-found'), uncertain: false },
      { make: () => failure('store-busy'), uncertain: false },
    );
    await assertProperty(
      fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 4 }), async all => {
        const seen: boolean[] = [];
        const running = attempt(
          ({ number, uncertain }) => {
            seen.push(uncertain);
            return Promise.reject(all[number - 1]?.make() ?? new Error('a fifth try'));
          },
          { subject: 'x', signal: never },
        ).catch(() => undefined);
        for (let turn = 0; turn < 5; turn++) {
          await new Promise(resolve => setImmediate(resolve));
          mock.timers.tick(1);
        }
        await running;
        const expected = all.map((_, index) => all.slice(0, index).some(step => step.uncertain));
        assert.deepEqual(seen, expected);
      }),
      { numRuns: 50 },
    );
  });

  it('stops at once where it is cancelled, before, during and between tries', async () => {
    let tries = 0;
    const failing = () => {
      tries++;
      return Promise.reject(failure('store-busy', '50'));
    };
    await assert.rejects(attempt(failing, { subject: 'x', signal: AbortSignal.abort() }), {
      code: 'cancelled',
    });
    assert.equal(tries, 0);

    const between = new AbortController();
    const pausing = attempt(failing, { subject: 'x', signal: between.signal });
    await new Promise(resolve => setImmediate(resolve));
    between.abort();
    await assert.rejects(pausing, { code: 'cancelled' });
    assert.equal(tries, 1);

    const during = new AbortController();
    const cancelledWithin = attempt(
      () => {
        during.abort();
        return Promise.reject(failure('unreachable'));
      },
      { subject: 'x', signal: during.signal },
    );
    await assert.rejects(cancelledWithin, { code: 'cancelled' });

    const stuck = new AbortController();
    const waiting = attempt(() => new Promise(() => undefined), {
      subject: 'x',
      signal: stuck.signal,
    });
    stuck.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
  });
});
