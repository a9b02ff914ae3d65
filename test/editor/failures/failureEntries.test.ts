import assert from 'node:assert/strict';

import { failureEntries, failureMessage } from '../../../src/editor/failures/failureMessage';
import type { FailureCode } from '../../../src/protocol/failures';

describe('What is said of a failure', () => {
  const codes = Object.keys(failureEntries) as readonly FailureCode[];

  const withoutNextStep: Partial<Record<FailureCode, string>> = {
    'bucket-in-endpoint': 'Its question is the next step.',
    'needs-https': 'Its question is the next step.',
    'not-a-file': 'Only files can be backed up.',
    'hard-link': 'Removing it would free nothing.',
    'skipped-by-choice': 'The user wanted it.',
    cancelled: 'The user wanted it.',
  };

  for (const code of codes) {
    const reason = withoutNextStep[code];
    it(`${code}: ${reason ?? 'what to do next'}`, () => {
      for (const cause of [undefined, 'why']) {
        const { next } = failureMessage({ code, subject: 'it', cause });
        assert.equal((next ?? '') === '', reason !== undefined);
      }
    });
  }

  for (const code of ['unreachable', 'host-not-found', 'timed-out'] as const) {
    it(`leads to the endpoint where nothing answers there: ${code}`, () => {
      const { actions } = failureMessage({ code, subject: 'https://s3.test', cause: undefined });
      assert.ok(actions.includes('change-endpoint'));
      assert.ok(!actions.includes('choose-credentials'));
    });
  }

  for (const code of ['store-busy', 'store-error', 'clock-skew'] as const) {
    it(`offers no other credentials where they change nothing: ${code}`, () => {
      const { actions } = failureMessage({ code, subject: 'https://s3.test', cause: undefined });
      assert.ok(!actions.includes('choose-credentials'));
    });
  }
});
