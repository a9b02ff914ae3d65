import assert from 'node:assert/strict';
import fc from 'fast-check';

import { FlushMeanwhile } from '../../../src/engine/disk/flushMeanwhile';
import { assertProperty } from '../../support/suite/assertProperty';

const mebibyte = 1 << 20;

describe('Flushing while it is written', () => {
  it('goes on one flush after the other, and tells at the end of one that has failed', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), mebibytes: fc.nat(100) }),
      fc.record({ kind: fc.constantFrom('flushed' as const, 'failed' as const) }),
    );
    await assertProperty(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const disk = new HeldDisk();
        const flush = new FlushMeanwhile(disk);
        let written = 0;
        let firstFailure: unknown;
        for (const each of steps) {
          if (each.kind === 'write') {
            written += each.mebibytes;
            flush.wrote(each.mebibytes * mebibyte);
          } else {
            const failure = await disk.answer(each.kind);
            firstFailure ??= failure;
          }
          assert.ok(disk.underWay <= 1);
          assert.ok(disk.begun * 64 <= written);
          if (firstFailure !== undefined) assert.equal(disk.underWay, 0);
        }
        let ended: { readonly error?: unknown } | undefined;
        const ending = flush.end().then(
          () => (ended = {}),
          (error: unknown) => (ended = { error }),
        );
        if (disk.underWay > 0) {
          assert.equal(ended, undefined);
          await disk.answer('flushed');
        }
        await ending;
        assert.deepEqual(ended, firstFailure === undefined ? {} : { error: firstFailure });
      }),
    );
  });

  it('leaves a file of less than 64 MiB to its end', async () => {
    const disk = new HeldDisk();
    const flush = new FlushMeanwhile(disk);
    for (let n = 0; n < 63; n++) flush.wrote(mebibyte);
    await flush.end();
    assert.equal(disk.begun, 0);
  });
});

/** Answers each flush when it is told to. */
class HeldDisk {
  begun = 0;
  #waiting: ((failure?: Error) => void)[] = [];

  get underWay(): number {
    return this.#waiting.length;
  }

  sync(): Promise<void> {
    this.begun++;
    return new Promise((resolve, reject) => {
      this.#waiting.push(failure => {
        if (failure === undefined) resolve();
        else reject(failure);
      });
    });
  }

  /** Ends the flush that is under way, if one is, and returns why it has failed. */
  async answer(kind: 'flushed' | 'failed'): Promise<Error | undefined> {
    const end = this.#waiting.shift();
    if (end === undefined) return undefined;
    const failure = kind === 'failed' ? new Error(`flush ${String(this.begun)}`) : undefined;
    end(failure);
    // Until its flusher has heard of it.
    await new Promise(setImmediate);
    return failure;
  }
}
