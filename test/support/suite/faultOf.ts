import assert from 'node:assert/strict';

import { Failure } from '../../../src/engine/failures/failure';

/** What the work fails by, which has to be a failure that says what it is about. */
export function faultOf(work: () => unknown): Failure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    assert.notEqual(error.code, 'unexpected');
    assert.notEqual(error.subject, '');
    return error;
  }
}
