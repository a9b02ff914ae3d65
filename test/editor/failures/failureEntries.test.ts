import assert from 'node:assert/strict';

import { credentialFailures } from '../../../src/editor/failures/credentialFailures';
import { diskFailures } from '../../../src/editor/failures/diskFailures';
import type { FailureEntry } from '../../../src/editor/failures/failureEntry';
import { failureMessage } from '../../../src/editor/failures/failureMessage';
import { freeUpFailures } from '../../../src/editor/failures/freeUpFailures';
import { networkFailures } from '../../../src/editor/failures/networkFailures';
import { ownFailures } from '../../../src/editor/failures/ownFailures';
import { storeFailures } from '../../../src/editor/failures/storeFailures';
import { targetFailures } from '../../../src/editor/failures/targetFailures';
import type { FailureCode } from '../../../src/protocol/failures';

describe('What is said of a failure', () => {
  const entries: Readonly<Record<FailureCode, FailureEntry>> = {
    ...targetFailures,
    ...credentialFailures,
    ...networkFailures,
    ...storeFailures,
    ...diskFailures,
    ...freeUpFailures,
    ...ownFailures,
  };
  const codes = Object.keys(entries) as readonly FailureCode[];

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
