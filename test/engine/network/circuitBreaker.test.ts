import assert from 'node:assert/strict';
import { mock } from 'node:test';

import { attempt, type Attempt } from '../../../src/engine/network/attempt';
import { CircuitBreaker, type Outage } from '../../../src/engine/network/circuitBreaker';
import { Failure } from '../../../src/engine/failures/failure';
import type { FailureCode } from '../../../src/protocol/failures';
import { eventually } from '../../support/suite/eventually';

/* Codes that are not tried again by themselves keep these tests short. */
const expired: FailureCode = 'credentials-expired';

describe('The circuit breaker', () => {
  let breaker: CircuitBreaker;
  let outages: (Outage | undefined)[];
  /** What the store says for now. */
  let code: FailureCode | undefined;
  let sent: Attempt[];
  /** What it says to a harmless request; like to others where it is left alone. */
  let harmless: () => FailureCode | undefined;
  let probes: number;

  function open(firstProbeDelayMs: number): CircuitBreaker {
    return new CircuitBreaker({
      firstProbeDelayMs,
      onChange: outage => outages.push(outage),
      async probe() {
        probes++;
        await Promise.resolve();
        const answer = harmless();
        if (answer !== undefined) throw new Failure(answer, 'store');
      },
    });
  }

  beforeEach(() => {
    probes = 0;
    harmless = () => code;
    outages = [];
    sent = [];
    code = expired;
    breaker = open(20);
  });
  afterEach(() => {
    mock.restoreAll();
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

  /** Resolves when all that was due has had its turn. */
  function afterTurn(): Promise<void> {
    return new Promise(resolve => setImmediate(resolve));
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
    const atFirst = probes;
    const before = sent.length;
    const begun = performance.now();
    await eventually(() => {
      assert.ok(probes >= atFirst + 2);
    });
    // After 20 ms at first, and then after twice as long each time.
    assert.ok(performance.now() - begun > 30);
    // What was refused is not what finds out.
    assert.equal(sent.length, before);
    code = undefined;
    breaker.probeNow();
    const settled = await requests;
    assert.ok(settled.every(({ status }) => status === 'fulfilled'));
  });

  it('probes at once where somebody says that it will go', async () => {
    breaker = open(3_600_000);
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

  it('knows on the last try that the outcome of the first is not known', async () => {
    mock.method(Math, 'random', () => 0);
    const codes: FailureCode[] = ['timed-out', 'store-busy', 'store-busy', 'store-busy'];
    harmless = () => undefined;
    const seen: boolean[] = [];
    await attempt(
      ({ uncertain }) => {
        seen.push(uncertain);
        const next = codes.shift();
        return next === undefined ? Promise.resolve() : Promise.reject(new Failure(next, 'store'));
      },
      { subject: 'store', signal: new AbortController().signal, breaker },
    );
    assert.deepEqual(seen, [false, true, true, true, true]);
  });

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

  it('lets what is refused fail for itself while a harmless request is answered', async () => {
    harmless = () => undefined;
    for (const many of [1, 3, 4, 9]) {
      const results = await Promise.allSettled(Array.from({ length: many }, () => request()));
      for (const result of results) {
        assert.ok(result.status === 'rejected' && result.reason instanceof Failure);
        assert.equal(result.reason.code, 'file-refused');
      }
    }
    assert.deepEqual(outages, []);
    // Each is sent once more after the store has answered.
    assert.equal(sent.length, 2 * (1 + 3 + 4 + 9));
  });

  it('holds all that had given up for ten minutes, with few probes, and loses none of it', async () => {
    breaker = open(1_000);
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const held = Promise.all(Array.from({ length: 20 }, () => request()));
      for (let second = 0; second < 600; second++) {
        mock.timers.tick(1_000);
        await afterTurn();
      }
      assert.ok(probes >= 10 && probes <= 20, String(probes));
      code = undefined;
      for (let second = 0; second < 60; second++) {
        mock.timers.tick(1_000);
        await afterTurn();
      }
      assert.deepEqual(await held, Array<string>(20).fill('answer'));
    } finally {
      mock.timers.reset();
    }
  });

  it('calls nothing refused that had no answer, and lets it fail all the same', async () => {
    harmless = () => undefined;
    code = 'unreachable';
    await Promise.all(Array.from({ length: 5 }, () => assert.rejects(request(), { code })));
    assert.deepEqual(outages, []);
  });

  it('takes any answer of the store for one, such as that it may not be asked', async () => {
    harmless = () => 'access-denied';
    await Promise.all(
      Array.from({ length: 5 }, () => assert.rejects(request(), { code: 'file-refused' })),
    );
    assert.deepEqual(outages, []);
  });

  it('does not take the answer of somebody else for one of the store', async () => {
    harmless = () => 'not-s3';
    const requests = Promise.all(Array.from({ length: 4 }, () => request()));
    await eventually(() => {
      assert.equal(outages[0]?.failure.code, expired);
    });
    code = undefined;
    harmless = () => undefined;
    assert.deepEqual(await requests, Array(4).fill('answer'));
  });

  it('goes on where the store was away for just as long as it took to give up', async () => {
    harmless = () => {
      code = undefined;
      return undefined;
    };
    assert.equal(await request(), 'answer');
  });

  it('sends everything anew after an outage, whatever was thought of it before', async () => {
    let answers = 0;
    harmless = () => (++answers === 1 ? undefined : code);
    const requests = Promise.all(Array.from({ length: 4 }, () => request()));
    await eventually(() => {
      assert.ok(outages.length > 0);
    });
    code = undefined;
    assert.deepEqual(await requests, Array(4).fill('answer'));
  });

  it('ends a wait with what had gone wrong before', async () => {
    const cancelled = new AbortController();
    const requests = Promise.allSettled(Array.from({ length: 4 }, () => request(cancelled.signal)));
    await eventually(() => {
      assert.ok(outages.length > 0);
    });
    const late = Promise.allSettled([request(cancelled.signal)]);
    cancelled.abort();
    for (const result of [...(await requests), ...(await late)]) {
      assert.ok(result.status === 'rejected' && result.reason instanceof Failure);
      assert.ok(result.reason.cause instanceof Failure);
      assert.equal(result.reason.cause.code, expired);
    }
  });

  it('does not wait for a probe that hangs where somebody says that it will go', async () => {
    let hangs = false;
    breaker = new CircuitBreaker({
      firstProbeDelayMs: 1,
      onChange: outage => outages.push(outage),
      probe: () => {
        if (code === undefined) return Promise.resolve();
        if (outages.length === 0) return Promise.reject(new Failure(code, 'store'));
        hangs = true;
        return new Promise(() => undefined);
      },
    });
    const requests = Promise.all(Array.from({ length: 4 }, () => request()));
    await eventually(() => {
      assert.ok(hangs);
    });
    code = undefined;
    breaker.probeNow();
    assert.deepEqual(await requests, Array(4).fill('answer'));
  });
});
