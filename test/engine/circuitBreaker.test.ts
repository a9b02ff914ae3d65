import assert from 'node:assert/strict';

import { attempt, type Attempt } from '../../src/engine/attempt';
import { circuitBreaker, type CircuitBreaker, type Outage } from '../../src/engine/circuitBreaker';
import { Failure } from '../../src/engine/failure';
import type { FailureCode } from '../../src/protocol';
import { eventually } from '../support/eventually';

/* Codes that are not tried again by themselves keep these tests short. */
const expired: FailureCode = 'credentials-expired';

describe('The circuit breaker', () => {
  let breaker: CircuitBreaker;
  let outages: (Outage | undefined)[];
  /** What the store says for now. */
  let code: FailureCode | undefined;
  let sent: Attempt[];

  beforeEach(() => {
    outages = [];
    sent = [];
    code = expired;
    breaker = circuitBreaker({ firstProbeMs: 20, onChange: outage => outages.push(outage) });
  });

  function request(signal: AbortSignal = new AbortController().signal): Promise<string> {
    return attempt(
      async now => {
        sent.push(now);
        await Promise.resolve();
        if (code !== undefined) throw new Failure(code, 'store');
        return 'answer';
      },
      { subject: 'store', signal, breaker },
    );
  }

  it('lets fewer than four requests fail, though they fail at the same time', async () => {
    for (let n = 0; n < 3; n++) {
      const settled = await Promise.allSettled([request(), request()].slice(n % 2));
      assert.ok(settled.every(({ status }) => status === 'rejected'));
      code = undefined;
      await request();
      code = expired;
    }
    assert.deepEqual(outages, []);
  });

  it('opens with the fourth in succession, and all that had given up go on with it', async () => {
    const requests = Promise.all(Array.from({ length: 6 }, () => request()));
    await eventually(() => {
      assert.ok(outages.length > 0);
    });
    assert.equal(outages[0]?.kind, 'sign-in-needed');
    code = undefined;
    assert.deepEqual(await requests, Array(6).fill('answer'));
    assert.equal(outages.at(-1), undefined);
    assert.equal(await request(), 'answer');
  });

  it('counts across requests that come one after the other', async () => {
    for (let n = 0; n < 3; n++) await assert.rejects(request(), { code: expired });
    const fourth = request();
    await eventually(() => {
      assert.equal(outages.length > 0, true);
    });
    code = undefined;
    assert.equal(await fourth, 'answer');
  });

  it('begins to count anew with each answer, whatever it says', async () => {
    for (const answer of [undefined, 'access-denied', 'changed-in-cloud'] as const) {
      for (let n = 0; n < 3; n++) await assert.rejects(request(), { code: expired });
      code = answer;
      await request().catch(() => undefined);
      code = expired;
    }
    assert.deepEqual(outages, []);
  });

  it('sends one probe at a time while it is open, less and less often', async () => {
    const requests = Promise.allSettled(Array.from({ length: 8 }, () => request()));
    await eventually(() => {
      assert.ok(outages.length > 2);
    });
    const atFirst = sent.length;
    const begun = performance.now();
    await eventually(() => {
      assert.ok(sent.length >= atFirst + 2);
    });
    // After 20 ms at first, and then after twice as long each time.
    assert.ok(performance.now() - begun > 30);
    code = undefined;
    breaker.probeNow();
    const settled = await requests;
    assert.ok(settled.every(({ status }) => status === 'fulfilled'));
  });

  it('probes at once where somebody says that it will go', async () => {
    breaker = circuitBreaker({ firstProbeMs: 3_600_000, onChange: outage => outages.push(outage) });
    const requests = Promise.all(Array.from({ length: 4 }, () => request()));
    await eventually(() => {
      assert.ok(outages.length > 0);
    });
    code = undefined;
    breaker.probeNow();
    assert.deepEqual(await requests, Array(4).fill('answer'));
  });

  it('keeps new requests waiting while it is open', async () => {
    const four = Promise.all(Array.from({ length: 4 }, () => request()));
    await eventually(() => {
      assert.ok(outages.length > 0);
    });
    const late = request();
    code = undefined;
    await Promise.all([four, late]);
  });

  it('knows on the next try that the outcome of one that gave up is not known', async () => {
    code = 'unreachable';
    const requests = Promise.all(Array.from({ length: 4 }, () => request()));
    await eventually(() => {
      assert.ok(outages.length > 0);
    }, 30_000);
    const before = sent.length;
    code = undefined;
    await requests;
    assert.ok(sent.slice(before).every(({ uncertain }) => uncertain));
  }).timeout(60_000);

  it('lets go of who is cancelled, and closes where nobody is left', async () => {
    const cancelled = new AbortController();
    const requests = Promise.allSettled(Array.from({ length: 5 }, () => request(cancelled.signal)));
    await eventually(() => {
      assert.ok(outages.length > 0);
    });
    cancelled.abort();
    for (const result of await requests) {
      assert.ok(result.status === 'rejected' && result.reason instanceof Failure);
      assert.equal(result.reason.code, 'cancelled');
    }
    assert.equal(outages.at(-1), undefined);
    await assert.rejects(request(), { code: expired });
  });
});
