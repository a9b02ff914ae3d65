import assert from 'node:assert/strict';
import fc from 'fast-check';

import { assertProperty } from '../support/suite/assertProperty';
import { readSeeds, seeds } from '../support/suite/seeds';

describe('The seeds of the tests', () => {
  it('are the same ones each time, unless others are named', () => {
    assert.deepEqual(readSeeds(undefined), readSeeds(undefined));
    assert.deepEqual(readSeeds('7,12'), [7, 12]);
    assert.throws(() => readSeeds('seven'), /S3_BACKUP_SEEDS/);
    assert.throws(() => readSeeds('1,,2.5'), /S3_BACKUP_SEEDS/);
  });

  it('make properties meet the same values each time, and share their runs', async () => {
    const met = () => {
      const values: number[] = [];
      const note = (value: number) => {
        values.push(value);
      };
      assertProperty(fc.property(fc.integer(), note), { numRuns: 30 });
      return values;
    };
    const first = met();
    assert.equal(first.length, Math.ceil(30 / seeds.length) * seeds.length);
    assert.deepEqual(met(), first);
    const later: number[] = [];
    await assertProperty(
      fc.asyncProperty(fc.integer(), value => {
        later.push(value);
        return Promise.resolve();
      }),
      { numRuns: 30 },
    );
    assert.deepEqual(later, first);
  });

  it('are named by a property that fails, beside what was wrong', async () => {
    const wrong = () => assert.fail('wrong');
    const isNamed = (error: Error) =>
      error.message.startsWith(`With S3_BACKUP_SEEDS=${String(seeds[0])}: `) &&
      error.cause instanceof assert.AssertionError;
    assert.throws(() => {
      assertProperty(fc.property(fc.nat(), wrong));
    }, isNamed);
    const later = fc.asyncProperty(fc.nat(), () => Promise.reject(new assert.AssertionError({})));
    await assert.rejects(assertProperty(later), isNamed);
  });
});
