import assert from 'node:assert/strict';

import { Failure } from '../../../src/engine/failures/failure';
import { bodyRequest } from '../../../src/engine/s3/bodyRequest';
import { TransferControl, type Sending } from '../../../src/engine/network/transferControl';
import { eventually } from '../../support/suite/eventually';

describe('TransferControl', () => {
  const signal = new AbortController().signal;

  /** A sending that ends only when it is aborted or told to. */
  function held(sending: Sending): Promise<never> {
    return new Promise((_, reject) => {
      sending.signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  }

  it('breaks off what is under way when it is paused, and sends it again afterwards', async () => {
    const traffic = new TransferControl();
    const seen: boolean[] = [];
    const sending = traffic.send(1, signal, async now => {
      seen.push(now.isRepeated);
      return now.isRepeated ? 'sent' : held(now);
    });
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(seen, [false]);
    traffic.pause();
    assert.equal(traffic.isPaused, true);
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(seen, [false]);
    traffic.resume();
    assert.equal(await sending, 'sent');
    assert.deepEqual(seen, [false, true]);
  });

  it('remembers what a pause broke off, whatever is answered to the next sending', async () => {
    const traffic = new TransferControl();
    const breaker = traffic.createBreaker(() => Promise.resolve());
    const seen: boolean[] = [];
    const sending = bodyRequest(
      { endpoint: 'any', name: 'b', traffic, breaker },
      { key: 'k', body: Buffer.from('x'), signal },
      async ({ uncertain }, _pace, sent) => {
        seen.push(uncertain);
        if (seen.length === 1) return held({ signal: sent, isRepeated: false });
        if (seen.length === 2) throw new Failure('store-busy', 'any');
        return 'sent';
      },
    );
    await eventually(() => {
      assert.deepEqual(seen, [false]);
    });
    traffic.pause();
    traffic.resume();
    assert.equal(await sending, 'sent');
    assert.deepEqual(seen, [false, true, true]);
  });

  it('lets nothing begin while it is paused', async () => {
    const traffic = new TransferControl();
    traffic.pause();
    let begun = false;
    const sending = traffic.send(1, signal, now => {
      begun = true;
      return Promise.resolve(now.isRepeated);
    });
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(begun, false);
    traffic.resume();
    assert.equal(await sending, false);
  });

  it('ends by Cancel, under way or waiting', async () => {
    const traffic = new TransferControl();
    const controller = new AbortController();
    const underWay = traffic.send(1, controller.signal, held);
    await new Promise(resolve => setImmediate(resolve));
    controller.abort();
    await assert.rejects(underWay, { message: 'aborted' });

    traffic.pause();
    const second = new AbortController();
    const waiting = traffic.send(1, second.signal, held);
    second.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
    await assert.rejects(traffic.whenOpen(AbortSignal.abort()), { code: 'cancelled' });
  });

  it('throws what the sending throws', async () => {
    const traffic = new TransferControl();
    await assert.rejects(
      traffic.send(1, signal, () => Promise.reject(new Error('refused'))),
      { message: 'refused' },
    );
  });

  it('lets as many bodies go side by side as a limit moves in seconds, a large one alone', async () => {
    const traffic = new TransferControl();
    let under = 0;
    let most = 0;
    const send = (size: number) =>
      traffic.send(size, signal, async () => {
        most = Math.max(most, ++under);
        await new Promise(resolve => setImmediate(resolve));
        under--;
      });
    const mostAtOnce = async (size: number): Promise<number> => {
      most = 0;
      await Promise.all(Array.from({ length: 6 }, () => send(size)));
      return most;
    };
    traffic.setLimit(100_000);
    assert.equal(await mostAtOnce(200_000), 2);
    assert.equal(await mostAtOnce(8_000_000), 1);
    assert.equal(await mostAtOnce(1_000), 6);
    traffic.setLimit(undefined);
    assert.equal(await mostAtOnce(8_000_000), 6);
  });
});
