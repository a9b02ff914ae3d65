import assert from 'node:assert/strict';
import fc from 'fast-check';

import { QuietTime, type Pieces } from '../../../src/engine/concurrency/quietTime';
import { assertProperty } from '../../support/suite/assertProperty';
import { VirtualClock } from '../../support/suite/virtualClock';

describe('Quiet time', () => {
  let clock: VirtualClock;
  let ended: AbortController;
  let quiet: QuietTime;
  /** When each piece of work ended, by whose it was, and how long it took. */
  let done: { readonly whose: string; readonly at: number; readonly ms: number }[];
  beforeEach(() => {
    clock = new VirtualClock();
    ended = new AbortController();
    quiet = new QuietTime(ended.signal, clock);
    done = [];
  });
  afterEach(() => {
    ended.abort();
  });

  function work(whose: string, ms: number): void {
    clock.pass(ms);
    done.push({ whose, at: clock.now(), ms });
  }

  /** Pieces of so many milliseconds. */
  function looking(whose: string, pieces: readonly number[], isSlow: boolean): () => Pieces {
    return async function* () {
      for (const ms of pieces) {
        await Promise.resolve();
        work(whose, ms);
        yield { ms, isSlow };
      }
    };
  }

  const fast = (whose: string, ...pieces: readonly number[]) => looking(whose, pieces, false);

  /** A proof that goes on for ever. */
  async function prove(): Promise<void> {
    for (;;) {
      await quiet.turn(ended.signal);
      work('proof', 4);
      quiet.spent({ ms: 4, isSlow: false });
    }
  }

  function whose(): readonly string[] {
    return done.map(each => each.whose);
  }

  /** The largest part of the time since the beginning that was ever spent on work, in percent. */
  function duty(from: number): number {
    let spent = 0;
    return Math.max(
      ...done.map(({ at, ms }) => {
        spent += ms;
        return at < from ? 0 : (100 * spent) / at;
      }),
    );
  }

  it('lets the next look wait nine times as long as the last one took', async () => {
    const [one, other] = [quiet.look(fast('one', 4, 3)), quiet.look(fast('not begun', 1))];
    assert.equal(one, other);
    await clock.runUntil(0);
    assert.deepEqual(whose(), ['one', 'one']);
    void quiet.look(fast('next', 4));
    await clock.runUntil(69);
    assert.deepEqual(whose(), ['one', 'one']);
    await clock.runUntil(70);
    assert.deepEqual(done.at(-1), { whose: 'next', at: 74, ms: 4 });
  });

  it('runs one look, lets one wait, and takes all others for that one', async () => {
    const looks = [quiet.look(fast('first', 4))];
    await clock.runUntil(0);
    for (let n = 0; n < 50; n++) looks.push(quiet.look(fast(`after ${String(n)}`, 4)));
    await clock.runUntil(10_000);
    await Promise.all(looks);
    assert.deepEqual(whose(), ['first', 'after 0']);
  });

  it('takes no more than a tenth of the time for long looks and proofs together, however often they are asked for', async () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 400 });
    await assertProperty(
      fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 6 }), async looks => {
        ended.abort();
        clock = new VirtualClock();
        ended = new AbortController();
        quiet = new QuietTime(ended.signal, clock);
        done = [];
        prove().catch(() => undefined);
        for (const [index, each] of looks.entries()) {
          void quiet.look(fast('look', ...each));
          await clock.runUntil(index * 500);
        }
        await clock.runUntil(60_000);
        // What is put off of the rest at the most is 100 ms of work, and a piece of each.
        assert.ok(duty(10_000) <= 12, String(duty(10_000)));
        assert.ok(duty(50_000) <= 10.5, String(duty(50_000)));
      }),
      { numRuns: 20 },
    );
  });

  it('takes less on a slow disk', async () => {
    void quiet.look(looking('slow', Array<number>(1_000).fill(10), true));
    await clock.runUntil(60_000);
    assert.ok(duty(50_000) <= 5.5, String(duty(50_000)));
  });

  it('does at once what is soon done', async () => {
    void quiet.look(fast('short', ...Array<number>(20).fill(4)));
    await clock.runUntil(0);
    assert.equal(done.length, 20);
    assert.equal(clock.now(), 80);
  });

  it('looks before it proves', async () => {
    prove().catch(() => undefined);
    await clock.runUntil(2_000);
    void quiet.look(fast('look', ...Array<number>(100).fill(4)));
    const before = done.length;
    await clock.runUntil(20_000);
    const order = whose().slice(before);
    const last = order.lastIndexOf('look');
    assert.ok(order.indexOf('look') <= 1);
    assert.ok(!order.slice(1, last).includes('proof'));
    assert.equal(order[last + 1], 'proof');
  });

  it('does nothing while nobody is there, and goes on when somebody is', async () => {
    prove().catch(() => undefined);
    const look = quiet.look(fast('look', ...Array<number>(50).fill(4)));
    await clock.runUntil(300);
    const before = done.length;
    quiet.attend('away');
    await clock.runUntil(50_000);
    assert.ok(done.length - before <= 1);
    quiet.attend('there');
    await clock.runUntil(100_000);
    await look;
    assert.equal(whose().filter(each => each === 'look').length, 50);
  });

  it('does nothing while somebody waits for other work', async () => {
    let release: (answer: string) => void = () => undefined;
    const waited = new Promise<string>(resolve => (release = resolve));
    const answer = quiet.during(() => waited);
    void quiet.look(fast('look', 4));
    await clock.runUntil(10_000);
    assert.deepEqual(done, []);
    release('done');
    assert.equal(await answer, 'done');
    await clock.runUntil(20_000);
    assert.deepEqual(whose(), ['look']);
  });

  it('ends with the engine, silently, and tells what else fails', async () => {
    quiet.attend('away');
    const look = quiet.look(fast('look', 4));
    ended.abort();
    await look;
    quiet = new QuietTime(new AbortController().signal, clock);
    // eslint-disable-next-line require-yield
    const failing = quiet.look(async function* () {
      await Promise.resolve();
      throw new Error('broken');
    });
    await assert.rejects(failing, { message: 'broken' });
    await quiet.look(fast('next', 4));
    assert.deepEqual(whose(), ['next']);
  });
});
